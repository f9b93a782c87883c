package io.github.dl4jclipping.random;

import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Gives every layer a last touch before another assembly takes it. */
record FinishedAssembly(Assembly assembly, UnaryOperator<Layer> finish) implements Assembly {

  @Override
  public void append(Layer layer) {
    assembly.append(finish.apply(layer));
  }

  @Override
  public String end() {
    return assembly.end();
  }

  @Override
  public String layer(Layer layer, String input) {
    return assembly.layer(finish.apply(layer), input);
  }

  @Override
  public String vertex(GraphVertex vertex, String... inputs) {
    return assembly.vertex(vertex, inputs);
  }
}
