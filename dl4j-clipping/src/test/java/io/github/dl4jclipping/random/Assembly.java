package io.github.dl4jclipping.random;

import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;

/** A network that is being pieced together, from its input on. */
interface Assembly {

  /** Adds a layer to the end. */
  void append(Layer layer);

  /** Returns the name of the end; graphs only. */
  default String end() {
    throw new UnsupportedOperationException("only a graph has names");
  }

  /** Adds a layer behind any other and returns its name; graphs only. */
  default String layer(Layer layer, String input) {
    throw new UnsupportedOperationException("only a graph branches");
  }

  /** Adds a vertex, makes it the end and returns its name; graphs only. */
  default String vertex(GraphVertex vertex, String... inputs) {
    throw new UnsupportedOperationException("only a graph has vertices");
  }
}
