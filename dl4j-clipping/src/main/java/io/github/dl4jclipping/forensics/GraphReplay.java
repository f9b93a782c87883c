package io.github.dl4jclipping.forensics;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Repeats the forward pass of a ComputationGraph on a copy, until something is not finite. */
final class GraphReplay {

  private final ComputationGraph graph;
  private final ComputationGraph copy;
  private final Batch batch;
  private final List<String> notes;
  private final boolean segments;

  GraphReplay(ComputationGraph graph, ComputationGraph copy, Batch batch, List<String> notes) {
    this.graph = graph;
    this.copy = copy;
    this.batch = batch;
    this.notes = notes;
    this.segments = graph.getConfiguration().getBackpropType() == BackpropType.TruncatedBPTT;
  }

  /** Returns the origin if activations or a loss are not finite, or null. */
  @Nullable Origin run(INDArray[] features) {
    INDArray[] inputs = Arrays.stream(features).map(INDArray::dup).toArray(INDArray[]::new);
    copy.setInputs(inputs);
    copy.setLayerMaskArrays(orNull(batch.featureMasks()), orNull(batch.labelMasks()));
    GraphVertex[] vertices = copy.getVertices();
    for (int index : copy.topologicalSortOrder()) {
      GraphVertex vertex = vertices[index];
      INDArray output;
      if (vertex.isInputVertex()) {
        output = inputs[index];
      } else {
        double largest = ReplayChecks.largest(vertex.getInputs());
        Origin origin = segments ? state(vertex) : null;
        if (origin != null) {
          return origin;
        }
        output = forward(vertex);
        origin = ReplayChecks.output(vertex.getVertexName(), largest, output);
        if (origin != null) {
          return origin;
        }
      }
      handOn(output, vertex, vertices);
    }
    return losses();
  }

  private @Nullable Origin state(GraphVertex vertex) {
    return vertex.hasLayer()
        ? RecurrentState.copy(
            vertex.getVertexName(), original(vertex).getLayer(), vertex.getLayer(), notes)
        : null;
  }

  private GraphVertex original(GraphVertex vertex) {
    return graph.getVertex(vertex.getVertexName());
  }

  private INDArray forward(GraphVertex vertex) {
    boolean recurrent = vertex.hasLayer() && RecurrentState.recurrent(vertex.getLayer()) != null;
    if (segments && recurrent) {
      return RecurrentState.activate(vertex.getLayer(), vertex.getInputs()[0], true);
    }
    // Layers that were frozen later stand in the configuration as they were before.
    boolean training = !(vertex.hasLayer() && original(vertex).getLayer() instanceof FrozenLayer);
    return vertex.doForward(training, LayerWorkspaceMgr.noWorkspaces());
  }

  private static void handOn(INDArray output, GraphVertex from, GraphVertex[] vertices) {
    VertexIndices[] to = from.getOutputVertices();
    if (to != null) {
      for (VertexIndices edge : to) {
        vertices[edge.getVertexIndex()].setInput(
            edge.getVertexEdgeNumber(), output, LayerWorkspaceMgr.noWorkspaces());
      }
    }
  }

  private @Nullable Origin losses() {
    List<String> outputs = copy.getConfiguration().getNetworkOutputs();
    for (int i = 0; i < outputs.size(); i++) {
      Layer layer = copy.getVertex(outputs.get(i)).getLayer();
      if (layer instanceof FrozenLayerWithBackprop frozen) {
        layer = frozen.getInsideLayer();
      }
      INDArray labels = i < batch.labels().length ? batch.labels()[i] : null;
      if (!(layer instanceof IOutputLayer output) || (labels == null && output.needsLabels())) {
        notes.add("the loss of " + outputs.get(i) + " was not computed: there are no labels");
        continue;
      }
      Origin origin = ReplayChecks.loss(outputs.get(i), output, labels);
      if (origin != null) {
        return origin;
      }
    }
    return null;
  }

  private static @Nullable INDArray @Nullable [] orNull(@Nullable INDArray[] arrays) {
    return arrays.length == 0 ? null : arrays;
  }
}
