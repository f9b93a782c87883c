package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.Trainables;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;

/** Settles by which plan a network is clipped: the one it is given, or its configuration's. */
final class ConfiguredPlan {

  private ConfiguredPlan() {}

  /**
   * Returns the plan for a network.
   *
   * @param given the plan that a listener or a call brings along, if it brings one
   * @param settingsOf the plans of the listeners that are on the network, which must be equal
   * @throws IllegalStateException if there is none, or if there are two that differ
   */
  static ClippingPlan settle(
      Model network, @Nullable ClippingPlan given, SettingsOfListener settingsOf) {
    ClippingPlan configured = in(network);
    if (given != null) {
      requireEqual(given, "the network's ClippedUpdater", configured);
      for (TrainingListener listener : listeners(network)) {
        requireEqual(given, "a GradientClippingListener of the network", settingsOf.of(listener));
      }
    }
    ClippingPlan plan = given != null ? given : configured;
    if (plan == null) {
      throw new IllegalStateException(
          "A GradientClippingListener without settings takes them from the network's"
              + " ClippedUpdater, and this network has none. Give the settings to the listener,"
              + " new GradientClippingListener(GradientClipping.byGlobalNorm(1.0)), or configure"
              + " the network with updater(new ClippedUpdater(...)).");
    }
    return plan;
  }

  private static void requireEqual(
      ClippingPlan given, String otherSource, @Nullable ClippingPlan other) {
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

  private static Collection<TrainingListener> listeners(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return network.getListeners();
    }
    return model instanceof ComputationGraph graph
        ? graph.getListeners()
        : ((Layer) model).getListeners();
  }

  private static @Nullable ClippingPlan in(Model network) {
    Set<ClippingPlan> plans = new LinkedHashSet<>();
    for (Trainable part : Trainables.of(network).values()) {
      for (String parameter : part.paramTable(false).keySet()) {
        if (part.getConfig().getUpdaterByParam(parameter) instanceof PlanCarrier carrier) {
          plans.add(carrier.plan());
        }
      }
    }
    if (plans.size() > 1) {
      throw new IllegalStateException(
          "The ClippedUpdaters of one network must carry equal settings, but they carry " + plans);
    }
    return plans.isEmpty() ? null : plans.iterator().next();
  }
}
