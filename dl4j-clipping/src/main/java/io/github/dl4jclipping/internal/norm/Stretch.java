package io.github.dl4jclipping.internal.norm;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Some elements of an array that follow each other in it.
 *
 * @param array the array, one-dimensional unless the stretch is all of it
 * @param from the first element
 * @param to the element after the last
 * @param view the stretch as an array
 * @param type the array's type, asked for once
 */
public record Stretch(INDArray array, long from, long to, INDArray view, DataType type) {

  /** Returns all of an array. */
  static Stretch whole(INDArray array) {
    return new Stretch(array, 0, array.length(), array, array.dataType());
  }

  /** Returns one parameter's stretch of a flat gradient. */
  static Stretch of(INDArray flat, GradientLayout.Parameter parameter) {
    long end = parameter.offset() + parameter.length();
    INDArray view = flat.get(NDArrayIndex.interval(parameter.offset(), end));
    return new Stretch(flat, parameter.offset(), end, view, flat.dataType());
  }

  long length() {
    return to - from;
  }
}
