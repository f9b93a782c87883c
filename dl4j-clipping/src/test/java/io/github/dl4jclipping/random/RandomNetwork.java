package io.github.dl4jclipping.random;

import io.github.dl4jclipping.Networks;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The recipe of a network.
 *
 * @param frozen how many of the first pieces are frozen, and the input's own layers with them
 */
record RandomNetwork(
    boolean graph, Input input, List<Piece> pieces, int frozen, Ending ending, Training training) {

  /**
   * Returns a new network, always with the same parameters.
   *
   * @param decay L1 and L2 regularization and weight decay
   */
  Model build(IUpdater updater, double decay) {
    NeuralNetConfiguration.Builder conf =
        Networks.conf(updater)
            .dataType(training.type())
            .miniBatch(training.miniBatch())
            .activation(training.activation());
    if (decay > 0) {
      conf.l1(decay).l2(decay).weightDecayBias(decay);
    }
    return graph ? Networks.init(graph(conf)) : Networks.init(layers(conf));
  }

  private MultiLayerConfiguration layers(NeuralNetConfiguration.Builder conf) {
    NeuralNetConfiguration.ListBuilder list = conf.list();
    assemble(layer -> list.layer(layer));
    return list.setInputType(input.type()).build();
  }

  private ComputationGraphConfiguration graph(NeuralNetConfiguration.Builder conf) {
    ComputationGraphConfiguration.GraphBuilder builder =
        conf.graphBuilder().addInputs("in").setInputTypes(input.type());
    GraphAssembly assembly = new GraphAssembly(builder, "in");
    assemble(assembly);
    return builder.setOutputs(assembly.end()).build();
  }

  private void assemble(Assembly assembly) {
    Assembly first = new FinishedAssembly(assembly, layer -> Piece.freeze(layer, frozen > 0));
    input.layers().forEach(first::append);
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      boolean freeze = i < frozen;
      piece
          .kind()
          .addTo(
              new FinishedAssembly(assembly, layer -> piece.finish(layer, freeze)),
              input.rank(),
              piece.size());
    }
    ending.layers().forEach(assembly::append);
  }

  /** Returns what it shares with many others: all but the pieces. */
  Set<Object> traits() {
    Set<Object> traits = new LinkedHashSet<>();
    traits.add(input);
    traits.add(ending);
    traits.add(training.updater());
    traits.add(training.type());
    traits.add(graph ? "graph" : "layers");
    traits.add(frozen > 0 ? "frozen" : "all trained");
    traits.add(training.miniBatch() ? "mean" : "sum");
    pieces.forEach(piece -> traits.add(piece.normalization()));
    return traits;
  }
}
