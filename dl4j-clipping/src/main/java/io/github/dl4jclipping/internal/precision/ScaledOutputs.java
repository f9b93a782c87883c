package io.github.dl4jclipping.internal.precision;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;

/**
 * The output layers of one network, whose loss is scaled in each pass of its training.
 *
 * <p>For the pass each gets a configuration of its own with a {@link ScaledLoss} in it. Whoever
 * reads the layers at another time, or copies the network's configuration, finds the plain loss.
 */
public final class ScaledOutputs {

  private final List<Layer> outputs;

  private ScaledOutputs(List<Layer> outputs) {
    this.outputs = outputs;
  }

  /**
   * Prepares the layers at the outputs of a network.
   *
   * @param outputs these layers, by name
   * @param layers all layers of the network
   * @throws IllegalStateException if no output has a loss, or one that cannot be scaled, or there
   *     is a variational autoencoder; nothing has changed
   */
  public static ScaledOutputs of(Map<String, Layer> outputs, Collection<Layer> layers) {
    Map<String, Layer> scalable = withLoss(outputs);
    requireNoAutoencoder(layers);
    if (scalable.isEmpty()) {
      throw new IllegalStateException(
          "lossScaling needs an output layer whose loss it scales, and this network has none: leave"
              + " lossScaling out, and scale the errors that you pass in yourself");
    }
    scalable.forEach(ScaledOutputs::requireScalable);
    return new ScaledOutputs(List.copyOf(scalable.values()));
  }

  /**
   * Begins a pass on this thread; one that was begun before, and failed, is ended.
   *
   * @param factor what the losses are multiplied by
   */
  public void begin(double factor) {
    end();
    ScaledPass pass = new ScaledPass(factor);
    outputs.forEach(output -> ScaledLoss.putInto(output, pass));
  }

  /**
   * Ends the pass, whoever began it, and returns by what its losses were multiplied, if they were.
   */
  public OptionalDouble end() {
    return end(outputs);
  }

  /**
   * Checks that no pass is left whose losses were multiplied, and ends it.
   *
   * @throws IllegalStateException if there is one: it failed, or nobody told of its end
   */
  public void requireEnded() {
    ScaledPass left =
        outputs.stream()
            .flatMap(output -> ScaledLoss.in(output).map(ScaledLoss::pass).stream())
            .filter(ScaledPass::isScaled)
            .findFirst()
            .orElse(null);
    end();
    if (left != null) {
      throw new IllegalStateException(
          "The loss of this network's last pass was multiplied by "
              + left.factor()
              + ", and its GradientClippingListener was not told of the end of that pass, as where"
              + " another listener removes it in the middle, or the pass fails. It is unknown"
              + " whether the gradient that is applied now is scaled. Nothing was applied. Remove"
              + " listeners between steps, or apply this gradient again if it comes from elsewhere,"
              + " such as backpropGradient.");
    }
  }

  /** Ends the pass of a network with these outputs, should one that failed have been left. */
  public static void endIn(Map<String, Layer> outputs) {
    end(withLoss(outputs).values());
  }

  private static OptionalDouble end(Collection<Layer> outputs) {
    OptionalDouble factor = OptionalDouble.empty();
    for (Layer output : outputs) {
      ScaledLoss loss = ScaledLoss.in(output).orElse(null);
      if (loss != null) {
        loss.takeOutOf(output);
        ScaledPass pass = loss.pass();
        if (pass != null) {
          if (pass.isRunningHere() && pass.isScaled()) {
            factor = OptionalDouble.of(pass.factor());
          }
          pass.end();
        }
      }
    }
    return factor;
  }

  private static Map<String, Layer> withLoss(Map<String, Layer> outputs) {
    Map<String, Layer> withLoss = new LinkedHashMap<>();
    outputs.forEach(
        (name, layer) -> {
          Layer inner =
              layer instanceof FrozenLayerWithBackprop frozen ? frozen.getInsideLayer() : layer;
          if (inner instanceof IOutputLayer) {
            withLoss.put(name, inner);
          }
        });
    return withLoss;
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

  private static void requireNoAutoencoder(Collection<Layer> layers) {
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
