package io.github.dl4jclipping.internal.precision;

/**
 * Describes how the loss of a step was scaled. If the network is in HALF, such a loss is computed
 * in FLOAT.
 *
 * @param scale the loss scale
 * @param factor the factor on the loss: the scale, divided by the minibatch size if DL4J divides by
 *     it
 */
public record ScaledStep(double scale, double factor) {

  /** Returns the factor on the loss at a scale of 1. */
  public double factorWithoutScale() {
    return factor / scale;
  }
}
