package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.step.ClippingSettings;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Recognizes the listeners and updaters that bring settings to a network. Only the root package
 * knows their types.
 */
public interface SettingsCarriers {

  /** Returns whether a listener installs clipping. */
  boolean installs(TrainingListener listener);

  /** Returns the settings of a listener; null if it has none. */
  @Nullable ClippingSettings of(TrainingListener listener);

  /** Returns the settings of a configured updater; null if it has none. */
  @Nullable ClippingSettings of(IUpdater updater);
}
