package io.github.dl4jclipping.forensics;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Repeats the forward pass of a MultiLayerNetwork on a copy, until something is not finite. */
final class LayersReplay {

  private final MultiLayerNetwork network;
  private final MultiLayerNetwork copy;
  private final Batch batch;
  private final List<String> notes;
  private final boolean segments;

  LayersReplay(MultiLayerNetwork network, MultiLayerNetwork copy, Batch batch, List<String> notes) {
    this.network = network;
    this.copy = copy;
    this.batch = batch;
    this.notes = notes;
    this.segments =
        network.getLayerWiseConfigurations().getBackpropType() == BackpropType.TruncatedBPTT;
  }

  /** Returns the origin if activations or the loss are not finite, or null. */
  @Nullable Origin run(INDArray features) {
    INDArray input = features.dup();
    copy.setInput(input);
    Origin origin = null;
    for (int i = 0; origin == null && i < copy.getnLayers(); i++) {
      Layer layer = copy.getLayer(i);
      Layer original = network.getLayer(i);
      String name = String.valueOf(i);
      layer.setMaskArray(original.getMaskArray());
      double largest = ReplayChecks.largest(input);
      InputPreProcessor before = copy.getLayerWiseConfigurations().getInputPreProcess(i);
      if (before != null) {
        input = before.preProcess(input, (int) features.size(0), LayerWorkspaceMgr.noWorkspaces());
      }
      // Layers that were frozen later stand in the configuration as they were before.
      boolean training = !(original instanceof FrozenLayer);
      if (segments) {
        origin = RecurrentState.copy(name, original, layer, notes);
      }
      if (origin == null) {
        INDArray output =
            segments
                ? RecurrentState.activate(layer, input, training)
                : layer.activate(input, training, LayerWorkspaceMgr.noWorkspaces());
        origin = ReplayChecks.output(name, largest, output);
        input = output;
      }
    }
    return origin == null ? loss() : origin;
  }

  private @Nullable Origin loss() {
    int last = copy.getnLayers() - 1;
    INDArray labels = batch.labels().length == 0 ? null : batch.labels()[0];
    if (!(copy.getLayer(last) instanceof IOutputLayer output)) {
      notes.add("the last layer is no output layer, so there is no loss to compute");
      return null;
    }
    if (labels == null && output.needsLabels()) {
      notes.add("the network holds no labels, so the loss was not computed");
      return null;
    }
    return ReplayChecks.loss(String.valueOf(last), output, labels);
  }
}
