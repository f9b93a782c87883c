package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.step.ClippingSettings;
import java.util.LinkedHashSet;
import java.util.Set;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;

/** Settles by which settings a network is clipped: given ones, or its configuration's. */
final class SettledSettings {

  private SettledSettings() {}

  /**
   * Returns the settings for a network.
   *
   * @param given the settings that a listener or a call brings along, if it brings any
   * @param carriers what else brings settings to the network, which must be equal
   * @throws IllegalStateException if there are none, or if there are two that differ
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
          "A GradientClippingListener without settings takes them from the network's"
              + " ClippedUpdater, and this network has none. Give the settings to the listener,"
              + " new GradientClippingListener(GradientClipping.byGlobalNorm(1.0)), or configure"
              + " the network with updater(new ClippedUpdater(...)).");
    }
    return settings;
  }

  private static void requireEqual(
      ClippingSettings given, String otherSource, @Nullable ClippingSettings other) {
    if (other != null && !given.equals(other)) {
      throw new IllegalStateException(
          "Gradient clipping is set in two places that differ: here "
              + given
              + ", and by "
              + otherSource
              + " "
              + other
              + ". Make them equal, or take one out.");
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
          "The ClippedUpdaters of one network must carry equal settings, but they carry " + found);
    }
    return found.isEmpty() ? null : found.iterator().next();
  }
}
