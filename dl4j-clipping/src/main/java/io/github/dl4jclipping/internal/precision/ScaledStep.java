package io.github.dl4jclipping.internal.precision;

/**
 * Says how the loss of a step was scaled. Such a loss is computed in FLOAT where the network is in
 * HALF.
 *
 * @param scale the loss scale
 * @param factor what the loss was multiplied by: the scale, divided by the minibatch size where
 *     DL4J divides by it
 */
public record ScaledStep(double scale, double factor) {

  /** Returns what it would have been multiplied by at a scale of 1. */
  public double factorWithoutScale() {
    return factor / scale;
  }
}
