package io.github.dl4jclipping.forensics;

/**
 * Says how the loss of a step was scaled. Such a loss is computed in FLOAT where the network is in
 * HALF.
 *
 * @param scale the loss scale; 1 where the loss was not multiplied
 * @param batch what DL4J divides the gradient by: the minibatch size, or 1
 */
public record ScaledStep(double scale, int batch) {

  /** Returns what the gradient of the loss was multiplied by. */
  double factor() {
    return isScaled() ? scale / batch : 1;
  }

  /** Returns the same for a scale of 1. */
  double factorWithoutScale() {
    return isScaled() ? 1.0 / batch : 1;
  }

  boolean isScaled() {
    return scale != 1;
  }
}
