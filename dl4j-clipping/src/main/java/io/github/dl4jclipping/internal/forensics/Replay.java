package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.Origin;
import org.jspecify.annotations.Nullable;

/** Repeats the passes of a step on a copy of the network, until something is not finite. */
interface Replay {

  /** Returns the origin if activations or a loss are not finite, or null. Comes first. */
  @Nullable Origin forward();

  /**
   * Returns the origin if the backward pass is not finite, or null. Can be repeated.
   *
   * @param factor what the gradient of the loss is multiplied by; 1 without loss scaling
   */
  @Nullable Origin backward(double factor);
}
