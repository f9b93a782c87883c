package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.precision.Precision;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One update that a network's updater was asked for. */
public interface Update extends Precision.Target {

  /** Returns the iteration counter, from 0. */
  int iteration();

  /** Returns the epoch counter, from 0. */
  int epoch();

  /** Returns what the gradient is divided by: the minibatch size, or 1. */
  int divisor();

  /** Returns the gradient as one flat array, which may be a new view at each call. */
  INDArray gradient();

  /** Returns the object that the gradient was passed in as. */
  Object passedIn();

  /** Normalizes layers, by DL4J's own code; does nothing if no layer is normalized. */
  void normalize();
}
