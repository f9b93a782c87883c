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
 * Copies networks with their parameters, but without dropout and weight noise.
 *
 * <p>Copy and original share nothing, so changes that a layer makes to itself in a forward pass
 * stay in the copy. DL4J's own {@code clone} shares the inner layers of wrappers.
 */
final class QuietCopy {

  /** Whether the last copy lacks dropout or weight noise of its original. */
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

  @SuppressWarnings({"unchecked", "BanSerializableRead"}) // written a few lines above
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
      throw new IllegalStateException("The configuration cannot be copied: " + e, e);
    }
  }
}
