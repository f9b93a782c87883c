package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.step.ClippingStep;
import org.deeplearning4j.nn.api.Updater;

/** Marks this library's updaters, each of which runs a step. */
interface StepUpdater extends Updater {

  /** Returns the step. */
  ClippingStep step();
}
