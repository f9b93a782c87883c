package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.step.ClippingSettings;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;

/** Knows what brings settings to a network: which types these are, only the root knows. */
public interface SettingsCarriers {

  /** Returns whether a listener installs clipping. */
  boolean installs(TrainingListener listener);

  /** Returns the settings that a listener brings along; null if it brings none. */
  @Nullable ClippingSettings of(TrainingListener listener);

  /** Returns the settings that a configured updater carries; null if it carries none. */
  @Nullable ClippingSettings of(IUpdater updater);
}
