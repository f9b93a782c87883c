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

/** Replaces DL4J's updaters by hosts, and restores them. */
public final class Installation {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private Installation() {}

  /**
   * Makes sure that a model is clipped by these settings. Installs them if nothing or other
   * settings are installed, and adds the audience.
   *
   * @param model a network, or a layer in layerwise pretraining
   * @param given the settings, or null to take those of the network's configuration
   * @param carriers recognizes other sources of settings
   * @param audience the audience that receives the reports
   * @throws IllegalStateException if there are no settings, if two sources of settings differ, or
   *     if the current updater is not DL4J's own
   */
  public static void ensure(
      Model model, @Nullable ClippingSettings given, SettingsCarriers carriers, Audience audience) {
    Dl4jModel dl4j = Dl4jModels.of(model);
    StepUpdater host = installedIn(dl4j);
    if (host == null || (given != null && !given.equals(host.step().settings()))) {
      synchronized (model) { // fit takes this lock first, so it must be taken first here, too
        synchronized (dl4j.lock()) { // no other thread saves or restores at the same time
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

  /** Replaces DL4J's updater by a host that keeps the updater's state array. */
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
          "Clipping settings changed to: {}. They were: {}.", settings, before.step().settings());
    } else if (state.isNew("installation")) {
      String verb = settings.rule() instanceof NoRule ? "Measuring" : "Clipping";
      log.info("{} the gradients of a {}: {}", verb, model.getClass().getSimpleName(), settings);
    }
    return host;
  }

  /**
   * Removes the listeners that install clipping, restores DL4J's own updaters with their state
   * arrays, and discards the state of the network.
   *
   * @param carriers recognizes these listeners
   */
  public static void remove(Dl4jModel network, SettingsCarriers carriers) {
    synchronized (network.model()) { // waits for a step of another thread
      removeNow(network, carriers);
    }
  }

  private static void removeNow(Dl4jModel network, SettingsCarriers carriers) {
    StepUpdater host = installedIn(network);
    if (host != null) {
      host.step().giveUpPass(); // another listener may call this in the middle of a pass
    }
    List<TrainingListener> others = new ArrayList<>(network.listeners());
    others.removeIf(carriers::installs);
    network.setListeners(others);
    ScaledOutputs.endIn(network.outputs());
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      restore(network);
      for (Layer layer : network.layers()) {
        if (layer
            .isPretrainLayer()) { // other layers have no optimizer, and some throw if asked for it
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

  /**
   * Refuses to replace an updater that is neither DL4J's nor ours, because that would silently
   * change training.
   */
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
          "The network has the updater "
              + type.getName()
              + ", which is not DL4J's own. Installing gradient clipping would replace it. Remove"
              + " it first: network.setUpdater(null).");
    }
  }
}
