package io.github.dl4jclipping;

import io.github.dl4jclipping.internal.step.ClippingSettings;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.jspecify.annotations.Nullable;

/** What the settings know of the listener that brings them along. */
abstract class ClippingListener extends BaseTrainingListener {

  /** Returns the settings; null where it takes those of the network. */
  abstract @Nullable ClippingSettings settings();
}
