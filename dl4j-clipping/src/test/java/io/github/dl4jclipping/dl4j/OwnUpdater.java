package io.github.dl4jclipping.dl4j;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;

/** Puts a subclass of DL4J's updater into a network. */
final class OwnUpdater {

  private OwnUpdater() {}

  /** What it does with a gradient. */
  @FunctionalInterface
  interface Step {
    /** Returns whether DL4J's own update follows. */
    boolean goesOn(Gradient gradient, int iteration, int batchSize);
  }

  static void putInto(Model model, Step step) {
    if (model instanceof MultiLayerNetwork network) {
      network.setUpdater(
          new MultiLayerUpdater(network) {
            @Override
            public synchronized void update(
                Gradient gradient, int iteration, int epoch, int batch, LayerWorkspaceMgr ws) {
              if (step.goesOn(gradient, iteration, batch)) {
                super.update(gradient, iteration, epoch, batch, ws);
              }
            }
          });
    } else {
      ComputationGraph graph = (ComputationGraph) model;
      graph.setUpdater(
          new ComputationGraphUpdater(graph) {
            @Override
            public synchronized void update(
                Gradient gradient, int iteration, int epoch, int batch, LayerWorkspaceMgr ws) {
              if (step.goesOn(gradient, iteration, batch)) {
                super.update(gradient, iteration, epoch, batch, ws);
              }
            }
          });
    }
  }
}
