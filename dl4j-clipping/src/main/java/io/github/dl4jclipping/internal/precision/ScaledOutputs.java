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
 * Scales the losses of one network's output layers in each training pass.
 *
 * <p>For the pass, each layer gets its own configuration with a {@link ScaledLoss}. Code that reads
 * the layers at another time, or copies the network's configuration, finds the plain loss.
 */
public final class ScaledOutputs {

  private final List<Layer> outputs;

  private ScaledOutputs(List<Layer> outputs) {
    this.outputs = outputs;
  }

  /**
   * Prepares the layers at the outputs of a network.
   *
   * @param outputs the layers at the outputs, by name
   * @param layers all layers of the network
   * @throws IllegalStateException if no output has a loss, if a loss cannot be scaled, or if there
   *     is a variational autoencoder; nothing has changed
   */
  public static ScaledOutputs of(Map<String, Layer> outputs, Collection<Layer> layers) {
    Map<String, Layer> scalable = withLoss(outputs);
    requireNoAutoencoder(layers);
    if (scalable.isEmpty()) {
      throw new IllegalStateException(
          "lossScaling needs an output layer with a loss, but this network has none. Remove"
              + " lossScaling, and scale the errors that you pass in yourself.");
    }
    scalable.forEach(ScaledOutputs::requireScalable);
    return new ScaledOutputs(List.copyOf(scalable.values()));
  }

  /**
   * Begins a pass on this thread, and ends an earlier pass that failed.
   *
   * @param factor the factor on the losses
   */
  public void begin(double factor) {
    end();
    ScaledPass pass = new ScaledPass(factor);
    outputs.forEach(output -> ScaledLoss.putInto(output, pass));
  }

  /**
   * Ends the pass, on any thread, and returns the factor on its losses if they were scaled in a
   * running pass of this thread.
   */
  public OptionalDouble end() {
    return end(outputs);
  }

  /**
   * Ends a pass that is left over, and checks that its losses were not scaled.
   *
   * @throws IllegalStateException if they were scaled: the pass failed, or no listener call
   *     announced its end
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
          "It is unknown whether this gradient is scaled. The loss of this network's last pass"
              + " was multiplied by "
              + left.factor()
              + ", and its GradientClippingListener did not receive the end of that pass. Usually"
              + " the pass failed, or another listener removed the GradientClippingListener"
              + " during the pass. Nothing was applied. Remove listeners only between steps,"
              + " or apply this gradient again if it comes from elsewhere, such as"
              + " backpropGradient.");
    }
  }

  /** Ends a pass that is left over in a network with these outputs. */
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
          "because its gradient does not come from its loss function alone. It works with "
              + LossOf.SCALABLE.stream().map(Class::getSimpleName).collect(Collectors.joining(", "))
              + " that have a loss function");
    }
  }

  private static void requireNoAutoencoder(Collection<Layer> layers) {
    for (Layer layer : layers) {
      org.deeplearning4j.nn.conf.layers.Layer configured = layer.conf().getLayer();
      if (configured instanceof VariationalAutoencoder) {
        throw refusal(
            String.valueOf(layer.getIndex()),
            configured,
            "because it has its own loss in layerwise pretraining");
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
            + ". Nothing has changed. Remove lossScaling, or train this network in FLOAT.");
  }
}
