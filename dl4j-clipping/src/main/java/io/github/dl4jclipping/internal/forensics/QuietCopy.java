package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.internal.dl4j.ConfiguredLayers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Copies networks, parameters and all, without dropout and weight noise.
 *
 * <p>Nothing is shared with the original, so that whatever a layer does to itself in a forward pass
 * stays with the copy. DL4J's own {@code clone} shares the inner layers of wrappers.
 */
final class QuietCopy {

  /** Whether dropout or weight noise was left out of the last copy. */
  private boolean quietened;

  boolean quietened() {
    return quietened;
  }

  MultiLayerNetwork of(MultiLayerNetwork network) {
    MultiLayerConfiguration conf = deepCopy(network.getLayerWiseConfigurations());
    for (NeuralNetConfiguration layer : conf.getConfs()) {
      quieten(layer.getLayer());
    }
    MultiLayerNetwork copy = new MultiLayerNetwork(conf);
    copy.init(copyOf(network.params()), false);
    return copy;
  }

  ComputationGraph of(ComputationGraph graph) {
    ComputationGraphConfiguration conf = deepCopy(graph.getConfiguration());
    for (GraphVertex vertex : conf.getVertices().values()) {
      if (vertex instanceof LayerVertex layer) {
        quieten(layer.getLayerConf().getLayer());
      }
    }
    ComputationGraph copy = new ComputationGraph(conf);
    copy.init(copyOf(graph.params()), false);
    return copy;
  }

  private static @Nullable INDArray copyOf(@Nullable INDArray params) {
    return params == null ? null : params.dup();
  }

  private void quieten(Layer layer) {
    if (layer.getIDropout() != null) {
      layer.setIDropout(null);
      quietened = true;
    }
    if (layer instanceof BaseLayer base && base.getWeightNoise() != null) {
      base.setWeightNoise(null);
      quietened = true;
    }
    for (Layer inner : ConfiguredLayers.inside(layer)) {
      quieten(inner);
    }
  }

  @SuppressWarnings({"unchecked", "BanSerializableRead"}) // it was written two lines above
  private static <T extends Serializable> T deepCopy(T original) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(original);
      }
      try (ObjectInputStream in =
          new ContextObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        return (T) in.readObject();
      }
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException("the configuration cannot be copied: " + e, e);
    }
  }
}
