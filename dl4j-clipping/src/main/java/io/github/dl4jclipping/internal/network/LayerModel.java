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
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.deeplearning4j.optimize.api.ConvexOptimizer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Adapts one layer in layerwise pretraining. */
final class LayerModel extends Dl4jModel {

  private final Layer layer;

  LayerModel(Layer layer) {
    this.layer = layer;
  }

  @Override
  Model model() {
    return layer;
  }

  @Override
  boolean isInitialised() {
    return true;
  }

  @Override
  boolean isPretrained() {
    return true;
  }

  @Override
  public int epochs() {
    return layer.conf().getEpochCount();
  }

  @Override
  int iterations() {
    return 0;
  }

  @Override
  public Map<String, Trainable> parts() {
    Map<String, Trainable> parts = new LinkedHashMap<>();
    putIfTrainable(parts, String.valueOf(layer.getIndex()), layer);
    return parts;
  }

  @Override
  List<Layer> layers() {
    return List.of();
  }

  @Override
  Map<String, Layer> outputs() {
    return Map.of();
  }

  @Override
  Collection<TrainingListener> listeners() {
    return layer.getListeners();
  }

  /** Sets the listeners of the layer and of its optimizer, which has its own list. */
  @Override
  void setListeners(List<TrainingListener> listeners) {
    layer.setListeners(listeners);
    ConvexOptimizer optimizer = layer.getOptimizer();
    if (optimizer != null) {
      optimizer.setListeners(layer.getListeners());
    }
  }

  @Override
  @Nullable Updater updater() {
    ConvexOptimizer optimizer = layer.getOptimizer();
    return optimizer == null ? null : optimizer.getUpdater(false);
  }

  @Override
  void setUpdater(Updater updater) {
    layer.getOptimizer().setUpdater(updater);
  }

  @Override
  LayerUpdater stockUpdater(@Nullable INDArray state) {
    return new LayerUpdater(layer, state);
  }

  @Override
  StepUpdater host(@Nullable INDArray state, ClippingSettings settings, Precision precision) {
    return new LayerHost(this, layer, state, settings);
  }

  @Override
  void forgetSequence() {}
}
