package io.github.dl4jclipping.random;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Pieces together a ComputationGraph; names count up from {@code v0}. */
final class GraphAssembly implements Assembly {

  private final GraphBuilder graph;
  private String end;
  private int count;

  GraphAssembly(GraphBuilder graph, String input) {
    this.graph = graph;
    this.end = input;
  }

  @Override
  public void append(Layer layer) {
    end = layer(layer, end);
  }

  @Override
  public String end() {
    return end;
  }

  @Override
  public String layer(Layer layer, String input) {
    String name = nextName();
    graph.addLayer(name, layer, input);
    return name;
  }

  @Override
  public String vertex(GraphVertex vertex, String... inputs) {
    end = nextName();
    graph.addVertex(end, vertex, inputs);
    return end;
  }

  private String nextName() {
    return "v" + count++;
  }
}
