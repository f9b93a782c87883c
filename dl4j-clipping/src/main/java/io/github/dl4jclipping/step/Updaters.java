package io.github.dl4jclipping.step;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.ConvexOptimizer;
import org.jspecify.annotations.Nullable;

/** Finds the updater of a model, which DL4J keeps in three ways. */
final class Updaters {

  private Updaters() {}

  /** Returns the updater that is in place, null where DL4J has made none yet. */
  static @Nullable Updater of(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return network.getUpdater(false);
    }
    if (model instanceof ComputationGraph graph) {
      return graph.getUpdater(false);
    }
    ConvexOptimizer optimizer = model.getOptimizer();
    return optimizer == null ? null : optimizer.getUpdater(false);
  }

  /**
   * Returns the lock of the updater that is in place, which its step holds, and which it takes when
   * it is asked for its state. Whoever needs that of the {@link ClippingState}, too, takes this one
   * first, as a step does.
   */
  static Object lockOf(Model model) {
    Updater updater = of(model);
    return updater == null ? ClippingState.of(model) : updater;
  }
}
