package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.RecordingUpdater;
import io.github.dl4jclipping.Snapshot;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** The order of DL4J's step, as docs/dl4j-notes.md states it. */
class StepOrderTest {

  private static final int EXAMPLES = 7;

  private final RecordingUpdater recording = new RecordingUpdater(0.1);
  private final List<INDArray> computed = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void callsComeInThisOrder(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    Calls calls = new Calls();
    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          calls.note("update", network);
          return true;
        });
    network.addListeners(calls);

    Kind.fit(network, 1);

    assertThat(calls.names)
        .containsExactly(
            "onForwardPass", "onBackwardPass", "onGradientCalculation", "update", "iterationDone");
  }

  @ParameterizedTest
  @EnumSource
  void theCounterAdvancesAfterIterationDone(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    List<Integer> counts = new ArrayList<>();
    network.addListeners(
        new Calls(
            (name, model) -> {
              if (name.equals("iterationDone")) {
                counts.add(Snapshot.of(model).iteration());
              }
            }));

    Kind.fit(network, 1, 2);

    assertThat(counts).containsExactly(0, 1);
    assertThat(Snapshot.of(network).iteration()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void theGradientIsASumUntilTheUpdaterDivides(Kind kind) {
    fit(kind, conf -> conf);

    assertThat(Snapshot.bits(handedOver())).isEqualTo(Snapshot.bits(computed.get(0).div(EXAMPLES)));
  }

  @ParameterizedTest
  @EnumSource
  void withoutMiniBatchItStaysASum(Kind kind) {
    fit(kind, conf -> conf.miniBatch(false));

    assertThat(Snapshot.bits(handedOver())).isEqualTo(Snapshot.bits(computed.get(0)));
  }

  @ParameterizedTest
  @EnumSource
  void normalizationFollowsTheDivisionAndPenaltiesFollowIt(Kind kind) {
    double threshold = 0.01;
    double l2 = 0.5;
    INDArray params =
        fit(
            kind,
            conf ->
                conf.gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                    .gradientNormalizationThreshold(threshold)
                    .l2(l2));

    INDArray mean = computed.get(0).div(EXAMPLES);
    assertThat(mean.amaxNumber().doubleValue()).isGreaterThan(threshold);
    for (int i = 0; i < params.length(); i++) {
      double clipped = Math.max(-threshold, Math.min(threshold, mean.getDouble(i)));
      double penalty = isWeight(i) ? l2 * params.getDouble(i) : 0;
      assertThat(handedOver().getDouble(i)).isCloseTo(clipped + penalty, within(1e-6));
    }
  }

  @ParameterizedTest
  @EnumSource
  void weightDecayFollowsTheUpdater(Kind kind) {
    double decay = 0.5;
    List<INDArray> after = new ArrayList<>();
    INDArray before = fit(kind, conf -> conf.weightDecay(decay), after);

    INDArray mean = computed.get(0).div(EXAMPLES);
    assertThat(Snapshot.bits(handedOver())).isEqualTo(Snapshot.bits(mean));
    for (int i = 0; i < before.length(); i++) {
      double decayed = isWeight(i) ? 2 * decay * before.getDouble(i) : 0; // see DefectsTest
      assertThat(before.getDouble(i) - after.get(0).getDouble(i))
          .isCloseTo(0.1 * (mean.getDouble(i) + decayed), within(1e-6));
    }
  }

  /** The flat parameters of both plain networks: 20 weights, 5 biases, 15 weights, 3 biases. */
  private static boolean isWeight(int i) {
    return i < 20 || (i >= 25 && i < 40);
  }

  private INDArray handedOver() {
    List<INDArray> seen = recording.takeSeen();
    if (!seen.isEmpty()) {
      assertThat(seen).hasSize(1);
      computed.add(seen.get(0));
    }
    return computed.get(1);
  }

  private INDArray fit(Kind kind, UnaryOperator<NeuralNetConfiguration.Builder> change) {
    return fit(kind, change, new ArrayList<>());
  }

  /** Fits once and returns the parameters as they were before. */
  private INDArray fit(
      Kind kind, UnaryOperator<NeuralNetConfiguration.Builder> change, List<INDArray> after) {
    NeuralNetConfiguration.Builder conf = change.apply(Networks.conf(recording));
    Model network =
        kind == Kind.LAYERS
            ? Networks.init(Networks.plainConf(conf))
            : Networks.init(Networks.plainGraphConf(conf));
    network.addListeners(
        new Calls(
            (name, model) -> {
              if (name.equals("onGradientCalculation")) {
                computed.add(model.gradient().gradient().dup());
              }
            }));
    INDArray before = network.params().dup();
    Kind.fit(network, Networks.batch(EXAMPLES, 1));
    after.add(network.params().dup());
    return before;
  }

  @ParameterizedTest
  @EnumSource
  void whatStandsInTheGradientIsSubtracted(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          gradient.gradient().assign(0.25);
          return false;
        });
    INDArray before = network.params().dup();

    Kind.fit(network, 1);

    assertThat(Snapshot.bits(network.params())).isEqualTo(Snapshot.bits(before.sub(0.25)));
  }

  @ParameterizedTest
  @EnumSource
  void anUpdaterThatIsPutInBeforeItIsCalledIsTheOneThatIsCalled(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    List<String> updates = new ArrayList<>();
    network.addListeners(
        new Calls(
            (name, model) -> {
              if (name.equals("onGradientCalculation")) {
                OwnUpdater.putInto(
                    model, (gradient, iteration, batch) -> updates.add("step " + iteration));
              }
            }));

    Kind.fit(network, 1, 2);

    assertThat(updates).containsExactly("step 0", "step 1");
  }

  @ParameterizedTest
  @EnumSource
  void eachPassHasItsOwnGradientObjectWhichTheUpdaterGets(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    List<Gradient> gradients = new ArrayList<>();
    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          assertThat(gradient).isSameAs(network.gradient());
          assertThat(batch).isEqualTo(EXAMPLES).isEqualTo(network.batchSize());
          return gradients.add(gradient);
        });

    Kind.fit(network, 1, 2);

    assertThat(gradients).hasSize(2);
    assertThat(gradients.get(0)).isNotSameAs(gradients.get(1));
  }

  @ParameterizedTest
  @EnumSource
  void aLoopOfOnesOwnCallsTheListenersOfThePassesAlone(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    Calls calls = new Calls();
    network.addListeners(calls);
    DataSet batch = Networks.batch(EXAMPLES, 1);
    if (network instanceof MultiLayerNetwork layers) {
      layers.setInput(batch.getFeatures());
      layers.setLabels(batch.getLabels());
      layers.computeGradientAndScore();
      layers.getUpdater().update(layers, layers.gradient(), 0, 0, 7, noWorkspaces());
    } else {
      ComputationGraph graph = (ComputationGraph) network;
      graph.setInputs(batch.getFeatures());
      graph.setLabels(batch.getLabels());
      graph.computeGradientAndScore();
      graph.getUpdater().update(graph.gradient(), 0, 0, 7, noWorkspaces());
    }

    assertThat(calls.names).containsExactly("onForwardPass", "onBackwardPass");
  }

  private static LayerWorkspaceMgr noWorkspaces() {
    return LayerWorkspaceMgr.noWorkspaces();
  }

  @Test
  void calculateGradientsCallsOnForwardPassAloneAndKeepsItsGradient() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    Calls calls = new Calls();
    network.addListeners(calls);
    DataSet batch = Networks.batch(EXAMPLES, 1);

    network.calculateGradients(batch.getFeatures(), batch.getLabels(), null, null);

    assertThat(calls.names).containsExactly("onForwardPass");
    assertThat(network.gradient()).isNull();
    assertThat(ComputationGraph.class.getMethods())
        .extracting(Method::getName)
        .doesNotContain("calculateGradients");
  }

  @Test
  void backpropGradientCallsNobodyAndKeepsItsGradient() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(3).build())
                .build());
    Calls calls = new Calls();
    network.addListeners(calls);
    network.setInput(Networks.batch(EXAMPLES, 1).getFeatures());
    network.feedForward(true, false);

    network.backpropGradient(Nd4j.ones(EXAMPLES, 3), noWorkspaces());

    assertThat(calls.names).isEmpty();
    assertThat(network.gradient()).isNull();
  }
}
