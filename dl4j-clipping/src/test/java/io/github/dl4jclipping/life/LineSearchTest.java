package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's optimisers that search along a line: each gradient that they search along is clipped. */
class LineSearchTest {

  private static final GradientClipping NEVER = GradientClipping.byGlobalNorm(1e9);

  private final CollectingObserver seen = new CollectingObserver();

  static Stream<Arguments> cases() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                Stream.of(
                        OptimizationAlgorithm.LINE_GRADIENT_DESCENT,
                        OptimizationAlgorithm.CONJUGATE_GRADIENT,
                        OptimizationAlgorithm.LBFGS)
                    .map(algorithm -> Arguments.of(kind, algorithm)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whereNothingClipsAllIsAsInStock(Kind kind, OptimizationAlgorithm algorithm) {
    Model stock = network(kind, algorithm, new Sgd(0.1));
    Model clipped = network(kind, algorithm, new Sgd(0.1));
    clipped.addListeners(new GradientClippingListener(NEVER).observe(seen));

    Kind.fit(stock, 1, 2, 3, 4);
    Kind.fit(clipped, 1, 2, 3, 4);

    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
    assertThat(seen.steps).hasSize(8); // two gradients for each search
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyGradientIsClipped(Kind kind, OptimizationAlgorithm algorithm) {
    Model network =
        network(
            kind, algorithm, new ClippedUpdater(new Sgd(0.1), GradientClipping.byGlobalNorm(1e-3)));
    network.addListeners(new GradientClippingListener().observe(seen));

    Kind.fit(network, 1, 2, 3, 4);

    assertThat(seen.steps).hasSize(8);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
    assertThat(seen.steps).allMatch(step -> step.clippedNorm() <= 1e-3);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void configuredNetworkRefusesWithoutAListener(Kind kind, OptimizationAlgorithm algorithm) {
    Model network = network(kind, algorithm, new ClippedUpdater(new Sgd(0.1), NEVER));
    var before = Snapshot.bits(network.params());
    assertThatThrownBy(() -> Kind.fit(network, 1)).isInstanceOf(IllegalStateException.class);
    assertThat(Snapshot.bits(network.params())).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void raiseLeavesTheParameters(Kind kind, OptimizationAlgorithm algorithm) {
    Model network = network(kind, algorithm, new Sgd(0.1));
    network.addListeners(new GradientClippingListener(NEVER).observe(seen));
    Kind.fit(network, 1, 2);
    var before = Snapshot.bits(network.params());

    assertThatThrownBy(() -> Kind.fit(network, Networks.nanBatch(7, 3)))
        .isInstanceOf(NonFiniteGradientException.class);

    assertThat(Snapshot.bits(network.params())).isEqualTo(before);
    Kind.fit(network, 4);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void skipKeepsNaNOut(Kind kind, OptimizationAlgorithm algorithm) {
    Model network = network(kind, algorithm, new Sgd(0.1));
    network.addListeners(
        new GradientClippingListener(
                NEVER.toBuilder().nonFinite(NonFinitePolicy.SKIP).maxConsecutiveSkips(4).build())
            .observe(seen));
    Kind.fit(network, 1, 2);
    Kind.fit(network, Networks.nanBatch(7, 3));
    assertThat(network.params().isNaN().any()).isFalse();
    Kind.fit(network, 4, 5, 6);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  private static Model network(Kind kind, OptimizationAlgorithm algorithm, IUpdater updater) {
    var conf = Networks.conf(updater).optimizationAlgo(algorithm);
    return kind == Kind.LAYERS
        ? Networks.init(Networks.plainConf(conf))
        : Networks.init(Networks.plainGraphConf(conf));
  }
}
