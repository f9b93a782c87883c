package io.github.dl4jclipping.internal.network;

import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Creates the right {@link Dl4jModel} for a model. */
public final class Dl4jModels {

  private Dl4jModels() {}

  /**
   * Returns the {@link Dl4jModel} for a network or a layer.
   *
   * @throws IllegalArgumentException if the model is of another type
   */
  public static Dl4jModel of(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return new LayersModel(network);
    }
    if (model instanceof ComputationGraph graph) {
      return new GraphModel(graph);
    }
    if (model instanceof Layer layer) {
      return new LayerModel(layer);
    }
    throw new IllegalArgumentException(
        "model must be a MultiLayerNetwork or a ComputationGraph, but was "
            + model.getClass().getName());
  }

  /**
   * Returns the {@link Dl4jModel} for an initialised network.
   *
   * @throws IllegalArgumentException if it is neither a MultiLayerNetwork nor a ComputationGraph
   * @throws IllegalStateException if the network is not initialised
   */
  public static Dl4jModel ofNetwork(Model network) {
    Objects.requireNonNull(network, "network must not be null");
    if (!(network instanceof MultiLayerNetwork) && !(network instanceof ComputationGraph)) {
      throw new IllegalArgumentException(
          "network must be a MultiLayerNetwork or a ComputationGraph, but was "
              + network.getClass().getName());
    }
    Dl4jModel model = of(network);
    if (!model.isInitialised()) {
      throw new IllegalStateException("The network is not initialised. Call network.init() first.");
    }
    return model;
  }
}
