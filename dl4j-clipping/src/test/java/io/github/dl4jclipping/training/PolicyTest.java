package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

/** What each policy leaves behind. */
class PolicyTest {

  private final CollectingObserver seen = new CollectingObserver();

  static Stream<Arguments> networks() {
    return Stream.of(
        Arguments.of("MultiLayerNetwork", network(() -> Networks.dense(Networks.conf(adam())))),
        Arguments.of("ComputationGraph", network(() -> Networks.graph(Networks.conf(adam())))));
  }

  private static Supplier<Model> network(Supplier<Model> supplier) {
    return supplier;
  }

  private static Adam adam() {
    return new Adam(1e-2);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void raiseAppliesNothingAndTrainsOn(String kind, Supplier<Model> networks) {
    Model network = clipped(networks.get(), NonFinitePolicy.RAISE);
    Model untroubled = clipped(networks.get(), NonFinitePolicy.RAISE);
    fit(network, Networks.batch(7, 1));
    fit(untroubled, Networks.batch(7, 1));
    Snapshot before = Snapshot.of(network);

    assertThatThrownBy(() -> fit(network, Networks.nanBatch(7, 2)))
        .isInstanceOfSatisfying(
            NonFiniteGradientException.class,
            e -> {
              assertThat(e.report().iteration()).isEqualTo(1);
              assertThat(e.report().score()).isNaN();
              assertThat(e.report().parameters()).isNotEmpty();
              NonFiniteParameter first = e.report().parameters().get(0);
              assertThat(first.nan()).isPositive().isLessThanOrEqualTo(first.elements());
            });

    assertThat(Snapshot.of(network)).isEqualTo(before);
    ClipReport report = seen.last();
    assertThat(GradientClipping.lastReport(network)).contains(report);
    assertThat(seen.nonFinite).hasSize(1);
    fit(network, Networks.batch(5, 3));
    fit(untroubled, Networks.batch(5, 3));
    assertThat(Snapshot.of(network).params()).isEqualTo(Snapshot.of(untroubled).params());
    assertThat(Snapshot.of(network).updaterState())
        .isEqualTo(Snapshot.of(untroubled).updaterState());
  }

  @Test
  void raiseIsReported() {
    Model network = clipped(Networks.dense(Networks.conf(adam())), NonFinitePolicy.RAISE);

    assertThatThrownBy(() -> fit(network, Networks.nanBatch(7, 2)))
        .isInstanceOf(NonFiniteGradientException.class)
        .hasMessageContaining("iteration 0")
        .hasMessageContaining("0_W")
        .hasMessageContaining("Nothing was applied")
        .hasMessageContaining("NonFinitePolicy.SKIP");

    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.RAISED);
    assertThat(seen.last().norm()).isNaN();
    assertThat(seen.last().clippedNorm()).isNaN();
    assertThat(seen.last().coefficient()).isNaN();
    assertThat(seen.last().maxNorm()).isEqualTo(0.5);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void skipAppliesNothingButCounts(String kind, Supplier<Model> networks) {
    Model network = clipped(networks.get(), NonFinitePolicy.SKIP);
    fit(network, Networks.batch(7, 1));
    Snapshot before = Snapshot.of(network);

    fit(network, Networks.nanBatch(7, 2));

    Snapshot after = Snapshot.of(network);
    assertThat(after.params()).isEqualTo(before.params());
    assertThat(after.updaterState()).isEqualTo(before.updaterState());
    assertThat(after.iteration()).isEqualTo(before.iteration() + 1);
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.SKIPPED);
    assertThat(seen.last().clippedNorm()).isZero();
    assertThat(seen.last().coefficient()).isZero();
    fit(network, Networks.batch(7, 3));
    assertThat(seen.last().outcome()).isIn(StepOutcome.CLIPPED, StepOutcome.UNCHANGED);
    assertThat(Snapshot.of(network).params()).isNotEqualTo(before.params());
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void warnTrainsAsStock(String kind, Supplier<Model> networks) {
    Model network = clipped(networks.get(), NonFinitePolicy.WARN);
    Model stock = networks.get();
    DataSet bad = Networks.nanBatch(7, 2);

    fit(network, bad.copy());
    fit(stock, bad.copy());

    assertThat(network.params().isNaN().any()).isTrue();
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.PASSED_NON_FINITE);
    assertThat(seen.last().coefficient()).isEqualTo(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void zeroAppliesTheRest(String kind, Supplier<Model> networks) {
    Model network = clipped(networks.get(), NonFinitePolicy.ZERO);
    fit(network, Networks.batch(7, 1));
    Snapshot before = Snapshot.of(network);

    fit(network, Networks.nanBatch(7, 2));

    assertThat(Snapshot.of(network).updaterState()).isNotEqualTo(before.updaterState());
    assertThat(network.params().isNaN().any()).isFalse();
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.ZEROED);
    assertThat(seen.last().norm()).isFinite();
    assertThat(seen.last().clippedNorm()).isLessThanOrEqualTo(0.5);
  }

  @Test
  void skipBudgetEndsInAnException() {
    Model network = clipped(Networks.dense(Networks.conf(adam())), NonFinitePolicy.SKIP, 2);
    DataSet bad = Networks.nanBatch(7, 2);
    fit(network, bad);
    fit(network, bad);
    Snapshot before = Snapshot.of(network);

    assertThatThrownBy(() -> fit(network, bad))
        .isInstanceOf(NonFiniteGradientException.class)
        .hasMessageContaining(
            "one more than the 2 consecutive skips that maxConsecutiveSkips allows");

    assertThat(Snapshot.of(network)).isEqualTo(before);
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.RAISED);
  }

  @Test
  void goodStepRestoresTheSkipBudget() {
    Model network = clipped(Networks.dense(Networks.conf(adam())), NonFinitePolicy.SKIP, 1);
    DataSet bad = Networks.nanBatch(7, 2);
    for (int i = 0; i < 3; i++) {
      fit(network, bad);
      fit(network, Networks.batch(7, i));
    }
    fit(network, bad);
    assertThatThrownBy(() -> fit(network, bad)).isInstanceOf(NonFiniteGradientException.class);
  }

  @Test
  void noSkipBudgetRaisesAtOnce() {
    Model network = clipped(Networks.dense(Networks.conf(adam())), NonFinitePolicy.SKIP, 0);
    assertThatThrownBy(() -> fit(network, Networks.nanBatch(7, 2)))
        .isInstanceOf(NonFiniteGradientException.class);
  }

  @Test
  void infinityCountsBySign() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(adam()));
    clipped(network, NonFinitePolicy.RAISE);
    network.fit(Networks.batch(7, 1));
    network.getFlattenedGradients().assign(0);
    network.getFlattenedGradients().putScalar(0, Double.POSITIVE_INFINITY);
    network.getFlattenedGradients().putScalar(1, Double.NEGATIVE_INFINITY);
    network.getFlattenedGradients().putScalar(2, Double.NaN);
    network.getFlattenedGradients().putScalar(3, Double.NaN);

    assertThatThrownBy(() -> update(network))
        .isInstanceOfSatisfying(
            NonFiniteGradientException.class,
            e ->
                assertThat(e.report().parameters())
                    .containsExactly(new NonFiniteParameter("0_W", 32, 2, 1, 1)));
  }

  @Test
  void pseudoGradientMakesTheStepNonFinite() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(adam()));
    clipped(network, NonFinitePolicy.RAISE);
    network.fit(Networks.batch(7, 1));
    // Dense: 4 * 8 + 8; BatchNormalization: gamma, beta, mean, variance of 8 each.
    int meanOffset = 32 + 8 + 16;
    network.getFlattenedGradients().assign(0);
    network.getFlattenedGradients().putScalar(meanOffset, Double.NaN);

    assertThatThrownBy(() -> update(network))
        .isInstanceOfSatisfying(
            NonFiniteGradientException.class,
            e ->
                assertThat(e.report().parameters())
                    .containsExactly(new NonFiniteParameter("1_mean", 8, 1, 0, 0)));
  }

  @Test
  void hugeButFiniteGradientIsClippedNotRefused() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(adam()));
    clipped(network, NonFinitePolicy.RAISE);
    network.fit(Networks.batch(7, 1));
    network.getFlattenedGradients().assign(1e38);

    update(network);

    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(seen.last().norm()).isGreaterThan(1e38);
    assertThat(seen.last().clippedNorm()).isCloseTo(0.5, within(1e-9));
  }

  private static void update(MultiLayerNetwork network) {
    network
        .getUpdater()
        .update(
            network,
            new org.deeplearning4j.nn.gradient.DefaultGradient(network.getFlattenedGradients()),
            1,
            0,
            1,
            org.deeplearning4j.nn.workspace.LayerWorkspaceMgr.noWorkspaces());
  }

  private Model clipped(Model network, NonFinitePolicy policy) {
    return clipped(network, policy, 10);
  }

  private Model clipped(Model network, NonFinitePolicy policy, int maxConsecutiveSkips) {
    GradientClipping clipping =
        GradientClipping.builder()
            .maxNorm(0.5)
            .nonFinite(policy)
            .maxConsecutiveSkips(maxConsecutiveSkips)
            .build();
    network.addListeners(new GradientClippingListener(clipping).observe(seen));
    return network;
  }

  private static void fit(Model network, DataSet batch) {
    ((NeuralNetwork) network).fit(batch);
  }
}
