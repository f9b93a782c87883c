package io.github.dl4jclipping;

import io.github.dl4jclipping.internal.step.ClippingSettings;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.jspecify.annotations.Nullable;

/**
 * The type by which the packages below recognize {@link GradientClippingListener}: a listener that
 * may carry settings.
 */
abstract class ClippingListener extends BaseTrainingListener {

  /** Returns the settings; null if the listener uses those of the network. */
  abstract @Nullable ClippingSettings settings();
}
