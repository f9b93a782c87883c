package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Adapts a {@link MultiLayerNetwork}. */
final class LayersModel extends Dl4jModel {

  private final MultiLayerNetwork network;

  LayersModel(MultiLayerNetwork network) {
    this.network = network;
  }

  @Override
  Model model() {
    return network;
  }

  @Override
  boolean isInitialised() {
    return network.isInitCalled();
  }

  @Override
  boolean isPretrained() {
    return false;
  }

  @Override
  public int epochs() {
    return network.getEpochCount();
  }

  @Override
  int iterations() {
    return network.getIterationCount();
  }

  @Override
  public Map<String, Trainable> parts() {
    Map<String, Trainable> parts = new LinkedHashMap<>();
    Layer[] layers = network.getLayers();
    for (int i = 0; i < layers.length; i++) {
      putIfTrainable(parts, String.valueOf(i), layers[i]);
    }
    return parts;
  }

  @Override
  List<Layer> layers() {
    return List.of(network.getLayers());
  }

  @Override
  Map<String, Layer> outputs() {
    int last = network.getnLayers() - 1;
    return Map.of(String.valueOf(last), network.getLayer(last));
  }

  @Override
  Collection<TrainingListener> listeners() {
    return network.getListeners();
  }

  @Override
  void setListeners(List<TrainingListener> listeners) {
    network.setListeners(listeners);
  }

  @Override
  @Nullable Updater updater() {
    return network.getUpdater(false);
  }

  @Override
  void setUpdater(Updater updater) {
    network.setUpdater(updater);
  }

  @Override
  MultiLayerUpdater stockUpdater(@Nullable INDArray state) {
    return new MultiLayerUpdater(network, state);
  }

  @Override
  StepUpdater host(@Nullable INDArray state, ClippingSettings settings, Precision precision) {
    return new MultiLayerHost(this, network, state, settings, precision);
  }

  @Override
  void forgetSequence() {
    network.rnnClearPreviousState();
    network.clearLayerMaskArrays();
  }
}
