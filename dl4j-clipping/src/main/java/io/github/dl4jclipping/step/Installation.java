package io.github.dl4jclipping.step;

import io.github.dl4jclipping.report.Audience;
import io.github.dl4jclipping.report.ClippingLog;
import io.github.dl4jclipping.rule.NoRule;
import io.github.dl4jclipping.scaling.ScaledOutputs;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.optimize.api.ConvexOptimizer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts hosts in the place of DL4J's updaters, and takes them out again. */
public final class Installation {

  private static final Logger log = LoggerFactory.getLogger(ClippingLog.NAME);

  private Installation() {}

  /**
   * Makes sure that a model is clipped by these settings: installs them where nothing or others are
   * installed, joins where they are.
   *
   * @param model a network, or a layer in layerwise pretraining
   * @param given the settings, or null to take those of the network's configuration
   * @param settingsOf the settings that a listener of the network brings along, null where it
   *     brings none
   * @param audience to whom steps are reported
   * @throws IllegalStateException if there are no settings, if two sources of them differ, or if an
   *     updater is in place that is not DL4J's
   */
  public static void ensure(
      Model model, @Nullable ClippingPlan given, SettingsOfListener settingsOf, Audience audience) {
    ClippingUpdater host = installedIn(model);
    if (host == null || (given != null && !given.equals(host.step().plan()))) {
      synchronized (model) { // fit holds it first of all, and what follows needs it
        synchronized (Updaters.lockOf(model)) { // nobody saves or restores meanwhile
          synchronized (ClippingState.of(model)) {
            host = install(model, ConfiguredPlan.settle(model, given, settingsOf), host);
          }
        }
      }
    }
    host.step().reporter().join(audience);
  }

  private static @Nullable ClippingUpdater installedIn(Model model) {
    return Updaters.of(model) instanceof ClippingUpdater installed ? installed : null;
  }

  /** Puts a host in the place of DL4J's updater and keeps the updater's state array. */
  private static ClippingUpdater install(
      Model model, ClippingPlan plan, @Nullable ClippingUpdater before) {
    ClippingUpdater host;
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      Updater current = Updaters.of(model);
      refuseForeign(current);
      INDArray state = current == null ? null : current.getStateViewArray();
      if (model instanceof MultiLayerNetwork network) {
        Mixed mixed = MixedPrecision.of(network, plan, () -> new MultiLayerUpdater(network, state));
        MultiLayerHost updater = new MultiLayerHost(network, state, plan, mixed);
        mixed.commitTo(network);
        network.setUpdater(updater);
        host = updater;
      } else if (model instanceof ComputationGraph graph) {
        Mixed mixed =
            MixedPrecision.of(graph, plan, () -> new ComputationGraphUpdater(graph, state));
        GraphHost updater = new GraphHost(graph, state, plan, mixed);
        mixed.commitTo(graph);
        graph.setUpdater(updater);
        host = updater;
      } else {
        LayerHost updater = new LayerHost((Layer) model, state, plan);
        model.getOptimizer().setUpdater(updater);
        host = updater;
      }
    }
    if (before != null) {
      log.info("Clipping by other settings from now on: {}, before {}", plan, before.step().plan());
    } else if (ClippingState.of(model).isNew("installation")) {
      String verb = plan.rule() instanceof NoRule ? "Measuring" : "Clipping";
      log.info("{} the gradients of a {}: {}", verb, model.getClass().getSimpleName(), plan);
    }
    return host;
  }

  /**
   * Removes the listeners that install clipping, puts DL4J's own updaters back, with their state
   * arrays, and forgets the network.
   *
   * @param installs whether a listener installs clipping
   */
  public static void remove(Model network, Predicate<TrainingListener> installs) {
    synchronized (network) { // not in the middle of another thread's step
      removeNow(network, installs);
    }
  }

  private static void removeNow(Model network, Predicate<TrainingListener> installs) {
    ClippingUpdater host = installedIn(network);
    if (host != null) {
      host.step().giveUpPass(); // another listener may call this in the middle of a step
    }
    Layer[] layers;
    if (network instanceof MultiLayerNetwork sequence) {
      sequence.setListeners(others(sequence.getListeners(), installs));
      layers = sequence.getLayers();
    } else {
      ComputationGraph graph = (ComputationGraph) network;
      List<TrainingListener> rest = others(graph.getListeners(), installs);
      giveListOfItsOwn(graph);
      graph.setListeners(rest);
      layers = graph.getLayers();
    }
    ScaledOutputs.endIn(network);
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      restore(network);
      for (Layer layer : layers) {
        if (layer
            .isPretrainLayer()) { // others have no optimizer, and some throw where asked for it
          restoreAfterPretraining(layer);
        }
      }
    }
  }

  /** Layerwise pretraining gives each layer an optimizer of its own, listeners and all. */
  private static void restoreAfterPretraining(Layer layer) {
    restore(layer);
    ConvexOptimizer optimizer = layer.getOptimizer();
    if (optimizer != null) {
      optimizer.setListeners(layer.getListeners());
    }
  }

  private static void restore(Model model) {
    Updater current = Updaters.of(model);
    if (current instanceof ClippingUpdater) {
      INDArray state = current.getStateViewArray();
      if (model instanceof MultiLayerNetwork network) {
        network.setUpdater(new MultiLayerUpdater(network, state));
      } else if (model instanceof ComputationGraph graph) {
        graph.setUpdater(new ComputationGraphUpdater(graph, state));
      } else {
        model.getOptimizer().setUpdater(new LayerUpdater((Layer) model, state));
      }
    }
    ClippingState.forget(model);
  }

  /** DL4J's clone shares the list itself with its original, which must keep its listeners. */
  private static void giveListOfItsOwn(ComputationGraph graph) {
    try {
      Field listeners = ComputationGraph.class.getDeclaredField("trainingListeners");
      listeners.setAccessible(true);
      listeners.set(graph, new ArrayList<>(graph.getListeners()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the listeners of a ComputationGraph cannot be set", e);
    }
  }

  private static List<TrainingListener> others(
      Collection<TrainingListener> listeners, Predicate<TrainingListener> installs) {
    List<TrainingListener> others = new ArrayList<>(listeners);
    others.removeIf(installs);
    return others;
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
        && !(updater instanceof ClippingUpdater)) {
      throw new IllegalStateException(
          "The network has an updater of a type that is not DL4J's own, "
              + type.getName()
              + ", and installing gradient clipping would replace it. Remove it first:"
              + " network.setUpdater(null).");
    }
  }
}
