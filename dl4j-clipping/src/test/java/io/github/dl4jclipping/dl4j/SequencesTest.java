package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Recurrent;
import io.github.dl4jclipping.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Sequences, segments and masks in DL4J, as docs/dl4j-notes.md states them. */
class SequencesTest {

  static Stream<Model> networks() {
    return Stream.of(
        Networks.init(Recurrent.layers(Networks.conf(new Sgd(0.1)))),
        Networks.init(Recurrent.graph(Networks.conf(new Sgd(0.1)))));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void aNaNStaysInTheStateForTheRestOfItsSequence(Model network) {
    List<Boolean> broken = new ArrayList<>();
    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          broken.add(gradient.gradient().isNaN().any());
          gradient.gradient().assign(0);
          return false;
        });

    ((NeuralNetwork) network).fit(Recurrent.nanIn(1, 5, 4, 1));
    ((NeuralNetwork) network).fit(Recurrent.batch(5, 1, 2));

    assertThat(broken).containsExactly(false, true, true, true, false);
    assertThat(Snapshot.of(network).iteration()).isEqualTo(5);
  }

  @Test
  @SuppressWarnings("deprecation") // GravesLSTM is one of DL4J's layers nevertheless
  void someLayersStartFromOneKindOfStateAndSomeFromTheOther() {
    for (org.deeplearning4j.nn.conf.layers.Layer layer :
        List.of(
            new LSTM.Builder().nIn(3).nOut(2).build(),
            new GravesLSTM.Builder().nIn(3).nOut(2).build())) {
      RecurrentLayer recurrent = (RecurrentLayer) sequenceNetwork(layer).getLayer(0);
      INDArray input = Recurrent.batch(1, 1, 1).getFeatures();
      Map<String, INDArray> start =
          Map.of("prevAct", Nd4j.ones(1, 2), "prevMem", Nd4j.ones(1, 2).mul(2));
      INDArray fromNothing = activate(recurrent, input);
      recurrent.rnnSetPreviousState(start);
      INDArray fromPrevious = activate(recurrent, input);
      recurrent.rnnClearPreviousState();
      recurrent.rnnSetTBPTTState(start);
      INDArray fromTbptt = activate(recurrent, input);

      boolean graves = layer instanceof GravesLSTM;
      assertThat(fromPrevious.equals(fromNothing)).isNotEqualTo(graves);
      assertThat(fromTbptt.equals(fromNothing)).isEqualTo(graves);
    }
  }

  private static INDArray activate(RecurrentLayer layer, INDArray input) {
    return layer
        .rnnActivateUsingStoredState(input, false, false, LayerWorkspaceMgr.noWorkspaces())
        .dup();
  }

  private static MultiLayerNetwork sequenceNetwork(org.deeplearning4j.nn.conf.layers.Layer layer) {
    return Networks.init(
        Networks.conf(new Sgd(0.1))
            .list()
            .layer(layer)
            .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT).nIn(2).nOut(2).build())
            .build());
  }

  /** The start of a segment is no longer known there when it ends. */
  @Test
  void insideAWrapperOnlyTheEndOfASegmentIsKept() {
    for (Model network :
        List.of(
            Networks.init(Recurrent.wrappedLayers(Networks.conf(new Sgd(0.1)))),
            Networks.init(Recurrent.wrappedGraph(Networks.conf(new Sgd(0.1)))))) {
      List<Boolean> starts = new ArrayList<>();
      List<Boolean> ends = new ArrayList<>();
      network.addListeners(
          new Calls(
              (name, model) -> {
                if (name.equals("onGradientCalculation")) {
                  starts.add(innerOf(model).rnnGetPreviousState().isEmpty());
                  ends.add(innerOf(model).rnnGetTBPTTState().isEmpty());
                }
              }));

      ((NeuralNetwork) network).fit(Recurrent.batch(5, 3, 1));

      assertThat(starts).containsExactly(true, true, true);
      assertThat(ends).containsExactly(false, false, false);
    }
  }

  @Test
  void aGraphDoesNotForgetTheStateInsideWrappers() {
    MultiLayerNetwork layers = Networks.init(Recurrent.wrappedLayers(Networks.conf(new Sgd(0.1))));
    ComputationGraph graph = Networks.init(Recurrent.wrappedGraph(Networks.conf(new Sgd(0.1))));
    for (Model network : List.of(layers, graph)) {
      innerOf(network).rnnSetTBPTTState(Map.of("prevAct", Nd4j.ones(1, 5)));
    }

    layers.rnnClearPreviousState();
    graph.rnnClearPreviousState();

    assertThat(innerOf(layers).rnnGetTBPTTState()).isEmpty();
    assertThat(innerOf(graph).rnnGetTBPTTState()).isNotEmpty();
  }

  private static RecurrentLayer innerOf(Model network) {
    Layer wrapper =
        network instanceof MultiLayerNetwork layers
            ? layers.getLayer(0)
            : ((ComputationGraph) network).getLayer("lstm");
    return (RecurrentLayer) ((BaseWrapperLayer) wrapper).getUnderlying();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void masksOutliveAFitThatFails(Model network) {
    if (network instanceof MultiLayerNetwork layers) {
      layers.getLayerWiseConfigurations().setBackpropType(BackpropType.Standard);
    } else {
      ((ComputationGraph) network).getConfiguration().setBackpropType(BackpropType.Standard);
    }
    DataSet masked = Recurrent.batch(5, 1, 1);
    masked.setLabelsMaskArray(Nd4j.ones(5, Recurrent.SEGMENT));
    ((NeuralNetwork) network).fit(masked);
    assertThat(maskOf(network)).isNull();

    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          throw new IllegalStateException("failed");
        });
    assertThatIllegalStateException().isThrownBy(() -> ((NeuralNetwork) network).fit(masked));
    assertThat(maskOf(network)).isNotNull();

    OwnUpdater.putInto(network, (gradient, iteration, batch) -> true);
    if (network instanceof MultiLayerNetwork layers) {
      assertThatThrownBy(() -> layers.fit(Recurrent.batch(3, 1, 2)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("shape");
    } else { // a graph forgets the old one
      ((ComputationGraph) network).fit(Recurrent.batch(3, 1, 2));
    }
  }

  private static Object maskOf(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getOutputLayer().getMaskArray()
        : ((ComputationGraph) network).getLabelMaskArrays();
  }

  @Test
  void noLayerOfASequenceKeepsTheFeaturesMask() {
    MultiLayerNetwork network = sequenceNetwork(new LSTM.Builder().nIn(3).nOut(2).build());
    List<Object> masks = new ArrayList<>();
    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          for (Layer layer : network.getLayers()) {
            if (layer.getMaskArray() != null) {
              masks.add(layer.getMaskArray());
            }
          }
          return true;
        });
    DataSet masked = Recurrent.batch(5, 1, 1);
    masked.setFeaturesMaskArray(Nd4j.ones(5, Recurrent.SEGMENT));

    network.fit(masked);

    assertThat(masks).isEmpty();
  }

  @Test
  void theGradientOfASequenceIsTheSumOverItsSteps() {
    INDArray once = gradientOf(1);
    INDArray four = gradientOf(4);

    assertThat(four.toDoubleVector()).containsExactly(once.mul(4).toDoubleVector(), within(1e-5));
  }

  /** The same step, so many times. */
  private static INDArray gradientOf(int steps) {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .list()
                .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(2).build())
                .setInputType(InputType.recurrent(3))
                .build());
    List<INDArray> seen = new ArrayList<>();
    OwnUpdater.putInto(
        network, (gradient, iteration, batch) -> seen.add(gradient.gradient().dup()));
    INDArray features = Nd4j.ones(5, 3, steps);
    INDArray labels = Nd4j.zeros(5, 2, steps);
    for (int i = 0; i < 5; i++) {
      for (int step = 0; step < steps; step++) {
        labels.putScalar(i, i % 2, step, 1);
      }
    }
    network.fit(features, labels);
    return seen.get(0);
  }
}
