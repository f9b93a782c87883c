package io.github.dl4jclipping.internal.norm;

import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Measures one array, read-only. */
interface Measure {

  /**
   * Returns the norm: finite for every finite array whose norm is a double, NaN if an element is
   * NaN, otherwise infinite if one is.
   */
  double norm(INDArray array, NormType type);

  /** Returns how many elements are not finite. */
  NonFiniteCount nonFinite(INDArray array);
}
