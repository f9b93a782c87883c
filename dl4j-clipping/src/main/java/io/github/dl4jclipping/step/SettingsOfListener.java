package io.github.dl4jclipping.step;

import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;

/** Tells the settings of clipping that a listener brings along. */
@FunctionalInterface
public interface SettingsOfListener {

  /** Returns them; null where it is another kind of listener, or takes those of the network. */
  @Nullable ClippingPlan of(TrainingListener listener);
}
