package io.github.dl4jclipping.step;

/** An updater that is in place in a network, and the step that it runs. */
interface ClippingUpdater {

  /** Returns the step. */
  ClippingStep step();
}
