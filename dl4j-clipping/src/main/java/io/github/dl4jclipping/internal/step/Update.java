package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.precision.Precision;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Describes one update that DL4J requests of a network's updater. */
public interface Update extends Precision.Target {

  /** Returns the iteration counter, from 0. */
  int iteration();

  /** Returns the epoch counter, from 0. */
  int epoch();

  /** Returns what the gradient is divided by: the minibatch size, or 1. */
  int divisor();

  /** Returns the gradient as one flat array; each call may return a new view. */
  INDArray gradient();

  /** Returns the object that was passed in as the gradient. */
  Object passedIn();

  /** Normalizes layers with DL4J's own code; does nothing if no layer is normalized. */
  void normalize();
}
