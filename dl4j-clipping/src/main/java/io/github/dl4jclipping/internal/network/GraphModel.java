package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Adapts a {@link ComputationGraph}. */
final class GraphModel extends Dl4jModel {

  private final ComputationGraph graph;

  GraphModel(ComputationGraph graph) {
    this.graph = graph;
  }

  @Override
  Model model() {
    return graph;
  }

  @Override
  boolean isInitialised() {
    return graph.getVertices() != null;
  }

  @Override
  boolean isPretrained() {
    return false;
  }

  @Override
  public int epochs() {
    return graph.getConfiguration().getEpochCount();
  }

  @Override
  int iterations() {
    return graph.getConfiguration().getIterationCount();
  }

  @Override
  public Map<String, Trainable> parts() {
    Map<String, Trainable> parts = new LinkedHashMap<>();
    GraphVertex[] vertices = graph.getVertices();
    for (int i : graph.topologicalSortOrder()) {
      putIfTrainable(parts, vertices[i].getVertexName(), vertices[i]);
    }
    return parts;
  }

  @Override
  List<Layer> layers() {
    return List.of(graph.getLayers());
  }

  @Override
  Map<String, Layer> outputs() {
    Map<String, Layer> outputs = new LinkedHashMap<>();
    for (String name : graph.getConfiguration().getNetworkOutputs()) {
      if (graph.getVertex(name).hasLayer()) {
        outputs.put(name, graph.getVertex(name).getLayer());
      }
    }
    return outputs;
  }

  @Override
  Collection<TrainingListener> listeners() {
    return graph.getListeners();
  }

  @Override
  void setListeners(List<TrainingListener> listeners) {
    giveListOfItsOwn();
    graph.setListeners(listeners);
  }

  /**
   * Gives the graph its own list, because a clone shares the list with its original, which must
   * keep its listeners.
   */
  private void giveListOfItsOwn() {
    try {
      Field listeners = ComputationGraph.class.getDeclaredField("trainingListeners");
      listeners.setAccessible(true);
      listeners.set(graph, new ArrayList<>(graph.getListeners()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The listeners of a ComputationGraph cannot be set.", e);
    }
  }

  @Override
  @Nullable Updater updater() {
    return graph.getUpdater(false);
  }

  @Override
  void setUpdater(Updater updater) {
    graph.setUpdater((ComputationGraphUpdater) updater);
  }

  @Override
  ComputationGraphUpdater stockUpdater(@Nullable INDArray state) {
    return new ComputationGraphUpdater(graph, state);
  }

  @Override
  StepUpdater host(@Nullable INDArray state, ClippingSettings settings, Precision precision) {
    return new GraphHost(this, graph, state, settings, precision);
  }

  @Override
  void forgetSequence() {
    for (Layer layer : graph.getLayers()) {
      forget(layer);
    }
    graph.clearLayerMaskArrays();
  }

  /** Clears the state of a layer, also inside wrappers, which the graph's own method misses. */
  private static void forget(Layer layer) {
    if (layer instanceof RecurrentLayer recurrent) {
      recurrent.rnnClearPreviousState();
    } else if (layer instanceof BaseWrapperLayer wrapper) {
      forget(wrapper.getUnderlying());
    }
  }
}
