package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.step.ClippingStep;
import org.deeplearning4j.nn.api.Updater;

/** An updater of this library that is in place in a network, and the step that it runs. */
interface StepUpdater extends Updater {

  /** Returns the step. */
  ClippingStep step();
}
