package io.github.dl4jclipping.internal.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Recurrent;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.BackpropType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** A NaN does not outlive its step: not in recurrent state, not in masks. */
class SequenceTest {

  private final CollectingObserver seen = new CollectingObserver();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void skippedSegmentDoesNotPoisonTheRestOfItsSequence(boolean graph) {
    Model network = clipped(network(graph), NonFinitePolicy.SKIP);

    fit(network, Recurrent.nanIn(1, 5, 4, 1));

    assertThat(seen.steps.stream().map(ClipReport::outcome))
        .satisfiesExactly(
            first -> assertThat(first).isNotEqualTo(StepOutcome.SKIPPED),
            second -> assertThat(second).isEqualTo(StepOutcome.SKIPPED),
            third -> assertThat(third).isNotEqualTo(StepOutcome.SKIPPED),
            fourth -> assertThat(fourth).isNotEqualTo(StepOutcome.SKIPPED));
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void zeroedSegmentDoesNotPoisonTheRestOfItsSequence(boolean graph) {
    Model network = clipped(network(graph), NonFinitePolicy.ZERO);

    fit(network, Recurrent.nanIn(1, 5, 4, 1));

    assertThat(seen.steps.stream().filter(step -> step.outcome() == StepOutcome.ZEROED)).hasSize(1);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void networkTrainsOnAfterARaiseInTheMiddleOfASequence(boolean graph) {
    Model network = clipped(network(graph), NonFinitePolicy.RAISE);

    assertThatThrownBy(() -> fit(network, Recurrent.nanIn(1, 5, 4, 1)))
        .isInstanceOf(NonFiniteGradientException.class);
    Snapshot after = Snapshot.of(network);
    fit(network, Recurrent.batch(5, 2, 2));

    assertThat(seen.steps).hasSize(4);
    assertThat(Snapshot.of(network)).isNotEqualTo(after);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"RAISE", "SKIP", "ZERO"})
  void maskOfABrokenBatchDoesNotOutliveIt(NonFinitePolicy policy) {
    for (boolean graph : new boolean[] {false, true}) {
      for (BackpropType backprop : BackpropType.values()) {
        Model network = clipped(network(graph, backprop), policy);
        DataSet masked = Recurrent.nanIn(1, 5, 2, 1);
        INDArray mask = Nd4j.ones(5, 2L * Recurrent.SEGMENT);
        mask.putScalar(2, 3, 0);
        masked.setFeaturesMaskArray(mask);
        masked.setLabelsMaskArray(mask.dup());
        fitOrRaise(network, masked, policy);
        seen.steps.clear();

        // Other batch size and no mask: a mask left behind would not fit.
        fit(network, Recurrent.batch(3, 2, 2));

        assertThat(seen.steps).isNotEmpty();
        assertThat(seen.steps).allMatch(step -> Double.isFinite(step.norm()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("wrapped")
  void stateInsideWrappersIsForgotten(Model network) {
    clipped(network, NonFinitePolicy.SKIP);

    fit(network, Recurrent.nanIn(0, 5, 3, 1));

    assertThat(seen.steps.stream().map(ClipReport::outcome).filter(StepOutcome.SKIPPED::equals))
        .hasSize(1);
  }

  static Stream<Model> wrapped() {
    return Stream.of(
        Networks.init(Recurrent.wrappedLayers(Networks.conf(new Adam(1e-2)))),
        Networks.init(Recurrent.wrappedGraph(Networks.conf(new Adam(1e-2)))));
  }

  private static void fitOrRaise(Model network, DataSet batch, NonFinitePolicy policy) {
    if (policy == NonFinitePolicy.RAISE) {
      assertThatThrownBy(() -> fit(network, batch)).isInstanceOf(NonFiniteGradientException.class);
    } else {
      fit(network, batch);
    }
  }

  private static Model network(boolean graph) {
    return network(graph, BackpropType.TruncatedBPTT);
  }

  private static Model network(boolean graph, BackpropType backprop) {
    if (graph) {
      var conf = Recurrent.graph(Networks.conf(new Adam(1e-2)));
      conf.setBackpropType(backprop);
      return Networks.init(conf);
    }
    var conf = Recurrent.layers(Networks.conf(new Adam(1e-2)));
    conf.setBackpropType(backprop);
    return Networks.init(conf);
  }

  private Model clipped(Model network, NonFinitePolicy policy) {
    GradientClipping clipping =
        GradientClipping.builder().maxNorm(1).nonFinite(policy).maxConsecutiveSkips(3).build();
    network.addListeners(new GradientClippingListener(clipping).observe(seen));
    return network;
  }

  private static void fit(Model network, DataSet batch) {
    ((NeuralNetwork) network).fit(batch);
  }
}
