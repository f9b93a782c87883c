package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Repeats the passes of a ComputationGraph. */
final class GraphReplay implements Replay {

  private final ComputationGraph graph;
  private final ComputationGraph copy;
  private final GraphVertex[] vertices;
  private final ReplayChecks checks;
  private final boolean segments;

  GraphReplay(ComputationGraph graph, ComputationGraph copy, ReplayChecks checks) {
    this.graph = graph;
    this.copy = copy;
    this.vertices = copy.getVertices();
    this.checks = checks;
    this.segments = graph.getConfiguration().getBackpropType() == BackpropType.TruncatedBPTT;
    copy.getConfiguration().getNetworkOutputs().stream()
        .map(name -> lossLayer(copy.getVertex(name)))
        .forEach(checks::prepareLossOf);
  }

  @Override
  public @Nullable Origin forward() {
    INDArray[] inputs =
        Arrays.stream(checks.batch().features())
            .map(array -> Objects.requireNonNull(array, "an input must be set").dup())
            .toArray(INDArray[]::new);
    copy.setInputs(inputs);
    copy.setLayerMaskArrays(
        orNull(checks.batch().featureMasks()), orNull(checks.batch().labelMasks()));
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
        origin = checks.output(part(vertex), largest, output);
        if (origin != null) {
          return origin;
        }
      }
      handOn(output, vertex);
    }
    return losses();
  }

  private @Nullable Origin state(GraphVertex vertex) {
    return vertex.hasLayer()
        ? RecurrentState.copy(
            vertex.getVertexName(), original(vertex).getLayer(), vertex.getLayer(), checks.notes())
        : null;
  }

  private GraphVertex original(GraphVertex vertex) {
    return graph.getVertex(vertex.getVertexName());
  }

  private INDArray forward(GraphVertex vertex) {
    boolean recurrent = vertex.hasLayer() && RecurrentState.recurrent(vertex.getLayer()) != null;
    if (segments && recurrent) {
      return RecurrentState.activate(
          vertex.getLayer(), vertex.getInputs()[0], true, checks.manager());
    }
    // In the configuration, layers that were frozen later are not frozen.
    boolean training = !(vertex.hasLayer() && original(vertex).getLayer() instanceof FrozenLayer);
    return vertex.doForward(training, checks.manager());
  }

  private void handOn(INDArray output, GraphVertex from) {
    for (VertexIndices edge : edges(from.getOutputVertices())) {
      vertices[edge.getVertexIndex()].setInput(
          edge.getVertexEdgeNumber(), output, checks.manager());
    }
  }

  private static List<VertexIndices> edges(VertexIndices @Nullable [] edges) {
    return edges == null ? List.of() : List.of(edges);
  }

  private @Nullable Origin losses() {
    List<String> outputs = copy.getConfiguration().getNetworkOutputs();
    for (int i = 0; i < outputs.size(); i++) {
      GraphVertex vertex = copy.getVertex(outputs.get(i));
      INDArray labels = i < checks.batch().labels().length ? checks.batch().labels()[i] : null;
      if (!(lossLayer(vertex) instanceof IOutputLayer output)
          || (labels == null && output.needsLabels())) {
        checks
            .notes()
            .add(
                "the loss of " + outputs.get(i) + " was not computed, because there are no labels");
        continue;
      }
      Origin origin = checks.loss(part(vertex), output, labels);
      if (origin != null) {
        return origin;
      }
    }
    return null;
  }

  /** Returns the layer that computes the loss, if the vertex is an output. */
  private static @Nullable Layer lossLayer(GraphVertex vertex) {
    Layer layer = vertex.getLayer();
    return layer instanceof FrozenLayerWithBackprop frozen ? frozen.getInsideLayer() : layer;
  }

  @Override
  public @Nullable Origin backward(double factor) {
    checks.multiplyLossesBy(factor);
    boolean[] trained = new boolean[vertices.length];
    for (int index : copy.topologicalSortOrder()) {
      GraphVertex vertex = vertices[index];
      vertex.setEpsilon(null);
      if (vertex.numParams() > 0) {
        vertex.setBackpropGradientsViewArray(
            Nd4j.create(copy.params().dataType(), vertex.numParams()));
      }
      trained[index] =
          !isFrozen(vertex)
              && (vertex.numParams() > 0
                  || edges(vertex.getInputVertices()).stream()
                      .anyMatch(edge -> trained[edge.getVertexIndex()]));
    }
    int[] order = copy.topologicalSortOrder();
    for (int i = order.length - 1; i >= 0; i--) {
      GraphVertex vertex = vertices[order[i]];
      boolean reached = vertex.isOutputVertex() || vertex.getEpsilon() != null;
      if (!reached || !trained[order[i]]) {
        continue;
      }
      Pair<Gradient, INDArray[]> pair = vertex.doBackward(false, checks.manager());
      List<INDArray> passedOn = new ArrayList<>();
      List<VertexIndices> below = edges(vertex.getInputVertices());
      for (int j = 0; j < below.size(); j++) {
        INDArray epsilon = pair.getSecond()[j];
        if (epsilon != null) { // embeddings have none
          GraphVertex to = vertices[below.get(j).getVertexIndex()];
          to.setEpsilon(to.getEpsilon() == null ? epsilon.dup() : to.getEpsilon().addi(epsilon));
          if (trained[to.getVertexIndex()]) {
            passedOn.add(to.getEpsilon());
          }
        }
      }
      Origin origin = checks.gradients(part(vertex), pair.getFirst(), passedOn);
      if (origin != null) {
        return origin;
      }
    }
    return null;
  }

  private boolean isFrozen(GraphVertex vertex) {
    GraphVertex original = original(vertex);
    return original instanceof FrozenVertex
        || (original.hasLayer() && original.getLayer() instanceof FrozenLayer);
  }

  private Part part(GraphVertex vertex) {
    return new Part(
        vertex.getVertexName(),
        vertex,
        vertex.hasLayer() ? vertex.getLayer() : null,
        lossLayer(vertex) instanceof IOutputLayer,
        List.of(vertex.getInputs()));
  }

  private static @Nullable INDArray @Nullable [] orNull(@Nullable INDArray[] arrays) {
    return arrays.length == 0 ? null : arrays;
  }
}
