package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/** What goes wrong while a network trains. */
class FaultsTest {

  private static final int EPOCH = 4;
  private static final GradientClipping NEVER = GradientClipping.byGlobalNorm(1e9);

  private final CollectingObserver seen = new CollectingObserver();

  static Stream<Arguments> badBatches() {
    return Stream.of(Kind.values())
        .flatMap(
            kind ->
                Stream.of(NonFinitePolicy.values())
                    .flatMap(
                        policy ->
                            IntStream.range(0, EPOCH)
                                .mapToObj(position -> Arguments.of(kind, policy, position))));
  }

  @ParameterizedTest
  @MethodSource("badBatches")
  void badBatchAtEveryPosition(Kind kind, NonFinitePolicy policy, int position) {
    Model network = withBatchNormalization(kind);
    Model stock = withBatchNormalization(kind);
    network.addListeners(
        new GradientClippingListener(NEVER.toBuilder().nonFinite(policy).build()).observe(seen));
    for (int i = 0; i < EPOCH; i++) {
      DataSet batch = i == position ? Networks.nanBatch(7, i) : Networks.batch(7, i);
      fitOrRaise(network, batch.copy());
      if (i != position || policy == NonFinitePolicy.WARN) {
        Kind.fit(stock, batch.copy());
      }
    }

    assertThat(seen.nonFinite).isNotEmpty();
    assertThat(seen.steps).hasSize(EPOCH);
    assertThat(seen.steps.get(position).outcome())
        .isEqualTo(
            switch (policy) {
              case RAISE -> StepOutcome.RAISED;
              case WARN -> StepOutcome.PASSED_NON_FINITE;
              case SKIP -> StepOutcome.SKIPPED;
              case ZERO -> StepOutcome.ZEROED;
            });
    if (policy == NonFinitePolicy.ZERO) {
      assertThat(network.params().isNaN().any()).isFalse();
    } else {
      // As if the bad batch had never been, or, under WARN, as in stock with it.
      assertThat(Snapshot.of(network).params()).isEqualTo(Snapshot.of(stock).params());
      assertThat(Snapshot.of(network).updaterState()).isEqualTo(Snapshot.of(stock).updaterState());
    }
    assertThat(Nd4j.getWorkspaceManager().anyWorkspaceActiveForCurrentThread()).isFalse();
  }

  private static void fitOrRaise(Model network, DataSet batch) {
    try {
      Kind.fit(network, batch);
    } catch (NonFiniteGradientException e) {
      assertThat(e.report().parameters()).isNotEmpty();
    }
  }

  /** Nesterovs, whose steps do not depend on how many there have been. */
  private static Model withBatchNormalization(Kind kind) {
    var conf = Networks.conf(new Nesterovs(0.05, 0.9));
    return kind == Kind.LAYERS ? Networks.dense(conf) : Networks.graph(conf);
  }

  @ParameterizedTest
  @EnumSource(NonFinitePolicy.class)
  void interruptIsNotSwallowed(NonFinitePolicy policy) {
    Model network = withBatchNormalization(Kind.LAYERS);
    network.addListeners(
        new GradientClippingListener(
                GradientClipping.builder().maxNorm(0.01).nonFinite(policy).build())
            .observe(seen));
    Thread.currentThread().interrupt();
    try {
      Kind.fit(network, 1);
      fitOrRaise(network, Networks.nanBatch(7, 2));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(seen.steps).hasSize(2);
    assertThat(seen.steps.get(0).outcome()).isEqualTo(StepOutcome.CLIPPED);
  }

  @Test
  void twoNetworksInTwoThreadsShareAListener() throws Exception {
    int steps = 50;
    Model alone = withBatchNormalization(Kind.GRAPH);
    alone.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(0.1)));
    train(alone, steps);
    GradientClippingListener shared =
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.1)).observe(seen);
    List<Future<Model>> trained = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    for (int i = 0; i < 2; i++) {
      // Here: the weights come from one random number generator for all threads.
      Model network = withBatchNormalization(Kind.GRAPH);
      network.addListeners(shared);
      trained.add(threads.submit(() -> train(network, steps)));
    }
    threads.shutdown();
    for (Future<Model> network : trained) {
      assertThat(Snapshot.of(network.get())).isEqualTo(Snapshot.of(alone));
    }
    assertThat(seen.steps).hasSize(2 * steps);
  }

  private static Model train(Model network, int steps) {
    for (int i = 0; i < steps; i++) {
      Kind.fit(network, i);
    }
    return network;
  }

  @ParameterizedTest
  @EnumSource
  void listenerThatIsAddedTwiceReportsOnce(Kind kind) {
    Model network = withBatchNormalization(kind);
    Model once = withBatchNormalization(kind);
    GradientClippingListener listener =
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.1)).observe(seen);
    network.addListeners(listener, listener);
    once.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(0.1)));

    Kind.fit(network, 1, 2);
    Kind.fit(once, 1, 2);

    assertThat(seen.steps).hasSize(2);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(once));
  }
}
