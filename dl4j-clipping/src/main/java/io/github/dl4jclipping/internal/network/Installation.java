package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.precision.ScaledOutputs;
import io.github.dl4jclipping.internal.report.Audience;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import io.github.dl4jclipping.rule.NoRule;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts hosts in the place of DL4J's updaters, and takes them out again. */
public final class Installation {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private Installation() {}

  /**
   * Makes sure that a model is clipped by these settings: installs them where nothing or others are
   * installed, joins where they are.
   *
   * @param model a network, or a layer in layerwise pretraining
   * @param given the settings, or null to take those of the network's configuration
   * @param carriers what else brings settings to the network
   * @param audience to whom steps are reported
   * @throws IllegalStateException if there are no settings, if two sources of them differ, or if an
   *     updater is in place that is not DL4J's
   */
  public static void ensure(
      Model model, @Nullable ClippingSettings given, SettingsCarriers carriers, Audience audience) {
    Dl4jModel dl4j = Dl4jModels.of(model);
    StepUpdater host = installedIn(dl4j);
    if (host == null || (given != null && !given.equals(host.step().settings()))) {
      synchronized (model) { // fit holds it first of all, and what follows needs it
        synchronized (dl4j.lock()) { // nobody saves or restores meanwhile
          synchronized (ClippingState.of(model)) {
            host = install(dl4j, SettledSettings.settle(dl4j, given, carriers), host);
          }
        }
      }
    }
    host.step().reporter().join(audience);
  }

  private static @Nullable StepUpdater installedIn(Dl4jModel model) {
    return model.updater() instanceof StepUpdater installed ? installed : null;
  }

  /** Puts a host in the place of DL4J's updater and keeps the updater's state array. */
  private static StepUpdater install(
      Dl4jModel dl4j, ClippingSettings settings, @Nullable StepUpdater before) {
    Model model = dl4j.model();
    ClippingState state = ClippingState.of(model);
    StepUpdater host;
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Updater current = dl4j.updater();
      refuseForeign(current);
      INDArray updaterState = current == null ? null : current.getStateViewArray();
      PrecisionSetup setup = new PrecisionSetup(dl4j, state);
      Precision precision =
          dl4j.isPretrained() ? Precision.OWN : setup.prepare(settings.lossScaling(), updaterState);
      host = dl4j.host(updaterState, settings, precision);
      setup.commit(precision);
      dl4j.setUpdater(host);
    }
    if (before != null) {
      log.info(
          "Clipping by other settings from now on: {}, before {}",
          settings,
          before.step().settings());
    } else if (state.isNew("installation")) {
      String verb = settings.rule() instanceof NoRule ? "Measuring" : "Clipping";
      log.info("{} the gradients of a {}: {}", verb, model.getClass().getSimpleName(), settings);
    }
    return host;
  }

  /**
   * Removes the listeners that install clipping, puts DL4J's own updaters back, with their state
   * arrays, and forgets the network.
   *
   * @param carriers which listeners these are
   */
  public static void remove(Dl4jModel network, SettingsCarriers carriers) {
    synchronized (network.model()) { // not in the middle of another thread's step
      removeNow(network, carriers);
    }
  }

  private static void removeNow(Dl4jModel network, SettingsCarriers carriers) {
    StepUpdater host = installedIn(network);
    if (host != null) {
      host.step().giveUpPass(); // another listener may call this in the middle of a step
    }
    List<TrainingListener> others = new ArrayList<>(network.listeners());
    others.removeIf(carriers::installs);
    network.setListeners(others);
    ScaledOutputs.endIn(network.outputs());
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      restore(network);
      for (Layer layer : network.layers()) {
        if (layer
            .isPretrainLayer()) { // others have no optimizer, and some throw where asked for it
          Dl4jModel pretrained = new LayerModel(layer);
          restore(pretrained);
          pretrained.setListeners(List.copyOf(pretrained.listeners()));
        }
      }
    }
  }

  private static void restore(Dl4jModel dl4j) {
    StepUpdater host = installedIn(dl4j);
    if (host != null) {
      dl4j.setUpdater(dl4j.stockUpdater(host.getStateViewArray()));
    }
    ClippingState.forget(dl4j.model());
  }

  /** Replacing an updater of somebody else's would change training without a word. */
  private static void refuseForeign(@Nullable Updater updater) {
    if (updater == null) {
      return;
    }
    Class<?> type = updater.getClass();
    if (type != MultiLayerUpdater.class
        && type != ComputationGraphUpdater.class
        && type != LayerUpdater.class
        && !(updater instanceof StepUpdater)) {
      throw new IllegalStateException(
          "The network has an updater of a type that is not DL4J's own, "
              + type.getName()
              + ", and installing gradient clipping would replace it. Remove it first:"
              + " network.setUpdater(null).");
    }
  }
}
