package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.step.ClippingSettings;
import java.util.LinkedHashSet;
import java.util.Set;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;

/** Determines the settings of a network: given ones, or those of its configuration. */
final class SettledSettings {

  private SettledSettings() {}

  /**
   * Returns the settings for a network.
   *
   * @param given the settings of a listener or a call; null if it has none
   * @param carriers recognizes other sources of settings, which must be equal
   * @throws IllegalStateException if there are no settings, or if two sources differ
   */
  static ClippingSettings settle(
      Dl4jModel network, @Nullable ClippingSettings given, SettingsCarriers carriers) {
    ClippingSettings configured = in(network, carriers);
    if (given != null) {
      requireEqual(given, "the network's ClippedUpdater", configured);
      for (TrainingListener listener : network.listeners()) {
        requireEqual(given, "a GradientClippingListener of the network", carriers.of(listener));
      }
    }
    ClippingSettings settings = given != null ? given : configured;
    if (settings == null) {
      throw new IllegalStateException(
          "The GradientClippingListener has no settings, and the network has no ClippedUpdater to"
              + " take them from. Give the settings to the listener, new"
              + " GradientClippingListener(GradientClipping.byGlobalNorm(1.0)), or configure the"
              + " network with updater(new ClippedUpdater(...)).");
    }
    return settings;
  }

  private static void requireEqual(
      ClippingSettings given, String otherSource, @Nullable ClippingSettings other) {
    if (other != null && !given.equals(other)) {
      throw new IllegalStateException(
          "The network has two different settings of gradient clipping: "
              + given
              + " here, and "
              + other
              + " in "
              + otherSource
              + ". Make them equal, or remove one of them.");
    }
  }

  private static @Nullable ClippingSettings in(Dl4jModel network, SettingsCarriers carriers) {
    Set<ClippingSettings> found = new LinkedHashSet<>();
    for (Trainable part : network.parts().values()) {
      for (String parameter : part.paramTable(false).keySet()) {
        ClippingSettings carried = carriers.of(part.getConfig().getUpdaterByParam(parameter));
        if (carried != null) {
          found.add(carried);
        }
      }
    }
    if (found.size() > 1) {
      throw new IllegalStateException(
          "The ClippedUpdaters of one network must have equal settings, but they have "
              + found
              + ". Use the same settings in all of them.");
    }
    return found.isEmpty() ? null : found.iterator().next();
  }
}
