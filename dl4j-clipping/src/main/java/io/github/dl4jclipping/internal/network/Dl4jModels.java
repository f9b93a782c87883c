package io.github.dl4jclipping.internal.network;

import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Tells the kinds of models apart. */
public final class Dl4jModels {

  private Dl4jModels() {}

  /**
   * Returns a model as one of the three.
   *
   * @throws IllegalArgumentException if it is none of them
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
   * Returns a network, which must be initialised.
   *
   * @throws IllegalArgumentException if it is neither of the two networks
   * @throws IllegalStateException if it is not initialised
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
      throw new IllegalStateException("the network is not initialised: call network.init() first");
    }
    return model;
  }
}
