package io.github.dl4jclipping.norm;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Lists the trainable parts of a model by name, in the order of its flat gradient. */
public final class Trainables {

  private Trainables() {}

  /**
   * Returns the parts of a network that have parameters: layers by index for a {@link
   * MultiLayerNetwork}, vertices by name for a {@link ComputationGraph}, and the layer itself, by
   * its index, for a single layer in layerwise pretraining.
   *
   * @throws IllegalArgumentException if the model is none of the three
   */
  public static Map<String, Trainable> of(Model model) {
    Map<String, Trainable> parts = new LinkedHashMap<>();
    if (model instanceof MultiLayerNetwork network) {
      Layer[] layers = network.getLayers();
      for (int i = 0; i < layers.length; i++) {
        putIfTrainable(parts, String.valueOf(i), layers[i]);
      }
    } else if (model instanceof ComputationGraph graph) {
      GraphVertex[] vertices = graph.getVertices();
      for (int i : graph.topologicalSortOrder()) {
        putIfTrainable(parts, vertices[i].getVertexName(), vertices[i]);
      }
    } else if (model instanceof Layer layer) {
      putIfTrainable(parts, String.valueOf(layer.getIndex()), layer);
    } else {
      throw new IllegalArgumentException(
          "model must be a MultiLayerNetwork or a ComputationGraph, but was "
              + model.getClass().getName());
    }
    return parts;
  }

  private static void putIfTrainable(Map<String, Trainable> parts, String name, Trainable part) {
    if (part.numParams() > 0) {
      parts.put(name, part);
    }
  }
}
