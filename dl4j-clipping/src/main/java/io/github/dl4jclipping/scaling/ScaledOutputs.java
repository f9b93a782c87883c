package io.github.dl4jclipping.scaling;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * The output layers of one network, whose loss is scaled.
 *
 * <p>Each gets a configuration of its own with a {@link ScaledLoss} in it. That of the network,
 * which DL4J stores and copies, stays as it is: neither a file nor a clone ever holds one.
 */
public final class ScaledOutputs {

  private final Model network;
  private final LossScale scale;
  private final BooleanSupplier unscaled;
  private final List<Layer> outputs;

  private ScaledOutputs(
      Model network, LossScale scale, BooleanSupplier unscaled, List<Layer> outputs) {
    this.network = network;
    this.scale = scale;
    this.unscaled = unscaled;
    this.outputs = outputs;
  }

  /**
   * Finds the output layers of a network.
   *
   * @param unscaled whether what divides by the scale again is in place
   * @throws IllegalStateException if there is none, or one whose loss cannot be scaled, or a
   *     variational autoencoder; nothing has changed
   */
  public static ScaledOutputs of(Model network, LossScale scale, BooleanSupplier unscaled) {
    Map<String, Layer> outputs = outputsOf(network);
    requireNoAutoencoder(network);
    if (outputs.isEmpty()) {
      throw new IllegalStateException(
          "lossScaling needs an output layer whose loss it scales, and this network has none: leave"
              + " lossScaling out, and scale the errors that you pass in yourself");
    }
    outputs.forEach(ScaledOutputs::requireScalable);
    return new ScaledOutputs(network, scale, unscaled, List.copyOf(outputs.values()));
  }

  /** Makes sure that each loss is scaled, once. */
  public void wrap() {
    for (Layer output : outputs) {
      NeuralNetConfiguration current = output.conf();
      ILossFunction loss = LossOf.get(current.getLayer()).orElseThrow();
      if (!isConnected(loss)) {
        NeuralNetConfiguration own = current.clone();
        LossOf.set(own.getLayer(), scaled(output, loss, current));
        output.setConf(own);
      }
    }
  }

  private ScaledLoss scaled(Layer output, ILossFunction loss, NeuralNetConfiguration current) {
    ILossFunction plain = loss instanceof ScaledLoss before ? before.getLossFn() : loss;
    NeuralNetConfiguration original =
        loss instanceof ScaledLoss before ? original(network, before, current) : current;
    return new ScaledLoss(
        plain, new ScaledLoss.Connection(network, output, scale, original, unscaled));
  }

  /** Returns a configuration without a scaled loss, which may have come from another network. */
  private static NeuralNetConfiguration original(
      Model network, ScaledLoss loss, NeuralNetConfiguration current) {
    if (loss.connection() != null && loss.connection().network() == network) {
      return loss.connection().original();
    }
    NeuralNetConfiguration plain = current.clone();
    LossOf.set(plain.getLayer(), loss.getLossFn());
    return plain;
  }

  private boolean isConnected(ILossFunction loss) {
    return loss instanceof ScaledLoss scaled
        && scaled.connection() != null
        && scaled.connection().network() == network
        && scaled.connection().scale() == scale;
  }

  /** Gives the output layers of a network back the configuration that they had. */
  public static void unwrap(Model network) {
    for (Layer output : outputsOf(network).values()) {
      ILossFunction loss = LossOf.get(output.conf().getLayer()).orElse(null);
      if (loss instanceof ScaledLoss scaled) {
        output.setConf(original(network, scaled, output.conf()));
      }
    }
  }

  private static Map<String, Layer> outputsOf(Model network) {
    Map<String, Layer> outputs = new LinkedHashMap<>();
    if (network instanceof MultiLayerNetwork layers) {
      int last = layers.getnLayers() - 1;
      putIfOutput(outputs, String.valueOf(last), layers.getLayer(last));
    } else if (network instanceof ComputationGraph graph) {
      for (String name : graph.getConfiguration().getNetworkOutputs()) {
        if (graph.getVertex(name).hasLayer()) {
          putIfOutput(outputs, name, graph.getVertex(name).getLayer());
        }
      }
    }
    return outputs;
  }

  private static void putIfOutput(Map<String, Layer> outputs, String name, Layer layer) {
    Layer inner = layer instanceof FrozenLayerWithBackprop frozen ? frozen.getInsideLayer() : layer;
    if (inner instanceof org.deeplearning4j.nn.api.layers.IOutputLayer) {
      outputs.put(name, inner);
    }
  }

  private static void requireScalable(String name, Layer output) {
    org.deeplearning4j.nn.conf.layers.Layer configured = output.conf().getLayer();
    if (LossOf.get(configured).isEmpty()) {
      throw refusal(
          name,
          configured,
          "which computes a gradient that is not of its loss function alone. It works with "
              + LossOf.SCALABLE.stream().map(Class::getSimpleName).collect(Collectors.joining(", "))
              + " that have one");
    }
  }

  private static void requireNoAutoencoder(Model network) {
    List<Layer> layers = new ArrayList<>();
    if (network instanceof MultiLayerNetwork sequence) {
      layers.addAll(List.of(sequence.getLayers()));
    } else if (network instanceof ComputationGraph graph) {
      layers.addAll(List.of(graph.getLayers()));
    }
    for (Layer layer : layers) {
      org.deeplearning4j.nn.conf.layers.Layer configured = layer.conf().getLayer();
      if (configured instanceof VariationalAutoencoder) {
        throw refusal(
            String.valueOf(layer.getIndex()),
            configured,
            "which is trained by a loss of its own in layerwise pretraining");
      }
    }
  }

  private static IllegalStateException refusal(
      String name, org.deeplearning4j.nn.conf.layers.Layer layer, String why) {
    return new IllegalStateException(
        "lossScaling cannot scale the loss of layer "
            + name
            + ", a "
            + layer.getClass().getSimpleName()
            + ", "
            + why
            + ". Nothing has changed: leave lossScaling out, or train this network in FLOAT.");
  }
}
