package io.github.dl4jclipping;

import io.github.dl4jclipping.internal.network.SettingsCarriers;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Recognizes the two types that bring settings to a network: this library's listener and its
 * updater.
 */
final class SettingsSources implements SettingsCarriers {

  static final SettingsCarriers ALL = new SettingsSources();

  private SettingsSources() {}

  @Override
  public boolean installs(TrainingListener listener) {
    return listener instanceof ClippingListener;
  }

  @Override
  public @Nullable ClippingSettings of(TrainingListener listener) {
    return listener instanceof ClippingListener ours ? ours.settings() : null;
  }

  @Override
  public @Nullable ClippingSettings of(IUpdater updater) {
    return updater instanceof CarryingUpdater ours ? ours.settings() : null;
  }
}
