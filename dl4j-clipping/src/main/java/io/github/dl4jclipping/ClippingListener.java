package io.github.dl4jclipping;

import io.github.dl4jclipping.step.ClippingPlan;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;

/** What the settings know of the listener that brings them along. */
abstract class ClippingListener extends BaseTrainingListener {

  /** Returns the settings; null where it takes those of the network. */
  abstract @Nullable ClippingPlan plan();

  /** Returns the settings that a listener brings along, if it is one of these and brings any. */
  static @Nullable ClippingPlan planOf(TrainingListener listener) {
    return listener instanceof ClippingListener ours ? ours.plan() : null;
  }
}
