package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.Origin;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Repeats the passes of a MultiLayerNetwork. */
final class LayersReplay implements Replay {

  private final MultiLayerNetwork network;
  private final MultiLayerNetwork copy;
  private final ReplayChecks checks;
  private final boolean segments;
  private final INDArray features;

  LayersReplay(MultiLayerNetwork network, MultiLayerNetwork copy, ReplayChecks checks) {
    this.network = network;
    this.copy = copy;
    this.checks = checks;
    this.segments =
        network.getLayerWiseConfigurations().getBackpropType() == BackpropType.TruncatedBPTT;
    checks.prepareLossOf(copy.getOutputLayer());
    this.features = Objects.requireNonNull(checks.batch().features()[0]);
  }

  @Override
  public @Nullable Origin forward() {
    INDArray input = features.dup();
    copy.setInput(input);
    Origin origin = null;
    for (int i = 0; origin == null && i < copy.getnLayers(); i++) {
      Layer layer = copy.getLayer(i);
      Layer original = network.getLayer(i);
      String name = String.valueOf(i);
      layer.setMaskArray(original.getMaskArray());
      double largest = ReplayChecks.largest(input);
      InputPreProcessor before = preProcessor(i);
      if (before != null) {
        input = before.preProcess(input, examples(), checks.manager());
      }
      // In the configuration, layers that were frozen later are not frozen.
      boolean training = !(original instanceof FrozenLayer);
      if (segments) {
        origin = RecurrentState.copy(name, original, layer, checks.notes());
      }
      if (origin == null) {
        INDArray output =
            segments
                ? RecurrentState.activate(layer, input, training, checks.manager())
                : layer.activate(input, training, checks.manager());
        origin = checks.output(part(i, input), largest, output);
        input = output;
      }
    }
    return origin == null ? loss() : origin;
  }

  private @Nullable Origin loss() {
    int last = copy.getnLayers() - 1;
    INDArray labels = checks.batch().labels().length == 0 ? null : checks.batch().labels()[0];
    if (!(copy.getOutputLayer() instanceof IOutputLayer output)) {
      checks
          .notes()
          .add("the loss was not computed, because the last layer is not an output layer");
      return null;
    }
    if (labels == null && output.needsLabels()) {
      checks.notes().add("the loss was not computed, because the network holds no labels");
      return null;
    }
    return checks.loss(part(last, copy.getLayer(last).input()), output, labels);
  }

  @Override
  public @Nullable Origin backward(double factor) {
    checks.multiplyLossesBy(factor);
    copy.setBackpropGradientsViewArray(Nd4j.create(copy.params().dataType(), copy.numParams()));
    int lowest = lowestTrained();
    INDArray epsilon = null;
    for (int i = copy.getnLayers() - 1; i >= lowest; i--) {
      Layer layer = copy.getLayer(i);
      Pair<Gradient, INDArray> pair = layer.backpropGradient(epsilon, checks.manager());
      epsilon = pair.getSecond();
      InputPreProcessor before = preProcessor(i);
      if (before != null) {
        epsilon = before.backprop(epsilon, examples(), checks.manager());
      }
      List<INDArray> passedOn =
          i == lowest || epsilon == null ? List.of() : List.of(epsilon); // the last one is not used
      Origin origin = checks.gradients(part(i, layer.input()), pair.getFirst(), passedOn);
      if (origin != null) {
        return origin;
      }
    }
    return null;
  }

  /** Returns the first layer that is trained; the backward pass ends there. */
  private int lowestTrained() {
    int lowest = copy.getnLayers();
    for (int i = copy.getnLayers() - 1; i >= 0; i--) {
      if (network.getLayer(i) instanceof FrozenLayer) {
        return lowest;
      }
      if (network.getLayer(i).numParams() > 0) {
        lowest = i;
      }
    }
    return lowest;
  }

  private Part part(int index, @Nullable INDArray input) {
    Layer layer = copy.getLayer(index);
    List<INDArray> inputs = input == null ? List.of() : List.of(input);
    return new Part(String.valueOf(index), layer, layer, index == copy.getnLayers() - 1, inputs);
  }

  private @Nullable InputPreProcessor preProcessor(int layer) {
    return copy.getLayerWiseConfigurations().getInputPreProcess(layer);
  }

  private int examples() {
    return (int) features.size(0);
  }
}
