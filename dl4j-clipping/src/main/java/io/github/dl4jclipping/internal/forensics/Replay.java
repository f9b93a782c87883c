package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.Origin;
import org.jspecify.annotations.Nullable;

/** Repeats the passes of a step on a copy of the network, up to the first non-finite value. */
interface Replay {

  /**
   * Repeats the forward pass and returns the origin if activations or a loss are non-finite,
   * otherwise null. Must be called first.
   */
  @Nullable Origin forward();

  /**
   * Repeats the backward pass and returns the origin if it is non-finite, otherwise null. May be
   * called several times.
   *
   * @param factor the factor on the gradient of the loss; 1 without loss scaling
   */
  @Nullable Origin backward(double factor);
}
