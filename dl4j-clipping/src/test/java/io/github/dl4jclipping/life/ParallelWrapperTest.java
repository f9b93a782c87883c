package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.withPrecision;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.AdaGcRule;
import io.github.dl4jclipping.rule.ClipRule;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.solvers.accumulation.EncodedGradientsAccumulator;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.parallelism.ParallelWrapper.TrainingMode;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's ParallelWrapper, which trains copies of a network and calls its own listeners alone. */
@Timeout(5 * 60) // it hangs where an Error ends a worker
class ParallelWrapperTest {

  private static final GradientClipping ALWAYS = GradientClipping.byGlobalNorm(1e-4);
  private static final int BATCHES = 8;

  private final CollectingObserver seen = new CollectingObserver();

  static Stream<Arguments> kindsAndWorkers() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(2, 4).map(workers -> Arguments.of(kind, workers)));
  }

  @ParameterizedTest
  @MethodSource("kindsAndWorkers")
  void everyWorkerClips(Kind kind, int workers) throws Exception {
    Model network = kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));
    NeverTogether together = new NeverTogether();
    GradientClippingListener listener =
        new GradientClippingListener().observe(seen).observe(together);

    fit(network, workers, TrainingMode.AVERAGING, good(), listener);

    assertThat(seen.steps).hasSize(BATCHES);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
    assertThat(seen.steps.stream().map(ClipReport::worker).distinct())
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, workers)
                .mapToObj(worker -> "ParallelWrapper training thread " + worker)
                .toList());
    assertThat(together.most).hasValue(1);
    assertNoThreadIsLeft();
  }

  /**
   * Not compared with stock, whose workers start from what the first one has made of it by then.
   */
  @ParameterizedTest
  @MethodSource("kindsAndWorkers")
  void whereNothingClipsNothingIsTouched(Kind kind, int workers) throws Exception {
    Model network = kind.plain(new Adam(1e-2));

    fit(
        network,
        workers,
        TrainingMode.AVERAGING,
        good(),
        new GradientClippingListener(GradientClipping.byGlobalNorm(1e9)).observe(seen));

    assertThat(seen.steps).hasSize(BATCHES);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.UNCHANGED);
  }

  /** The network itself is the first worker: what it has learned is of its own steps. */
  @Test
  void savingAfterwardsSaysWhoseStepsItIsOf(@TempDir Path folder) throws Exception {
    Model network = Kind.LAYERS.plain(new Adam(1e-2));
    GradientClipping clipping = GradientClipping.builder().rule(ClipRule.autoClip()).build();
    network.addListeners(new GradientClippingListener(clipping));
    Kind.fit(network, 1, 2);
    fit(network, 2, TrainingMode.AVERAGING, good(), new GradientClippingListener(clipping));
    File file = folder.resolve("model.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      GradientClipping.saveState(network, file);
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("one of several workers", "saveState");
    }
  }

  /** A worker's copy of the network lasts one fit, and so does what a rule learns of it. */
  @Test
  void warmUpOfAWorkerIsWarnedOfOnce() throws Exception {
    ClipRule rule = AdaGcRule.DEFAULT.withWarmUp(1234);
    Model network = Kind.LAYERS.plain(new Adam(1e-2));
    network.addListeners(
        new GradientClippingListener(GradientClipping.builder().rule(rule).build()).observe(seen));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      fit(network, 2, TrainingMode.AVERAGING, good());
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("starts with an empty history on this worker", "warm-up takes 1234 steps");
    }
    assertThat(seen.steps).hasSize(BATCHES);
  }

  /** Each worker has a scale and master weights of its own; the rate leaves HALF as it is. */
  @ParameterizedTest
  @EnumSource
  void everyWorkerInHalfScalesItsLoss(Kind kind) throws Exception {
    Model network = kind.half(new Sgd(1e-9));
    Model single = kind.plain(new Sgd(1e-9));
    single.setParams(network.params().castTo(DataType.FLOAT));
    CollectingObserver expected = new CollectingObserver();
    Kind.addListener(single, new GradientClippingListener(ALWAYS).observe(expected));
    Kind.fit(single, LongStream.range(0, BATCHES).toArray());
    double scale = kind == Kind.LAYERS ? 1024 : 2048;
    LossScaling scaling = LossScaling.constant(scale).withMasterWeights(true);
    GradientClipping clipping = ALWAYS.toBuilder().lossScaling(scaling).build();

    try (LogCapture log = new LogCapture(Level.WARN)) {
      fit(
          network,
          2,
          TrainingMode.AVERAGING,
          good(),
          new GradientClippingListener(clipping).observe(seen));
      assertThat(log.at(Level.WARN))
          .singleElement() // of two workers, for settings that no other test has
          .asString()
          .startsWith("Master weights start from the HALF weights on this worker");
    }

    assertThat(seen.steps).hasSize(BATCHES);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
    assertThat(seen.steps).allMatch(step -> step.lossScale().scale() == scale);
    assertThat(sortedNorms(seen)).containsExactly(sortedNorms(expected), withPrecision(5e-3));
  }

  private static double[] sortedNorms(CollectingObserver observer) {
    return observer.steps.stream().mapToDouble(ClipReport::norm).sorted().toArray();
  }

  @Test
  void everyWorkerInHalfBacksOffAndTrains() throws Exception {
    Model network = Kind.LAYERS.half(new Adam(1e-2));
    var before = Snapshot.bits(network.params());
    LossScaling scaling = LossScaling.dynamic().withInitialScale(0x1p18).withMasterWeights(true);
    GradientClipping clipping = GradientClipping.builder().maxNorm(1).lossScaling(scaling).build();

    fit(
        network,
        2,
        TrainingMode.AVERAGING,
        batches(IntStream.range(0, 40).mapToObj(seed -> Networks.batch(7, seed)).toList()),
        new GradientClippingListener(clipping).observe(seen));

    assertThat(seen.steps).hasSize(40);
    assertThat(seen.steps.stream().map(ClipReport::outcome))
        .contains(StepOutcome.OVERFLOWED)
        .doesNotContain(StepOutcome.RAISED);
    assertThat(seen.last().outcome()).isNotEqualTo(StepOutcome.OVERFLOWED);
    assertThat(network.params().castTo(DataType.FLOAT).isNaN().any()).isFalse();
    assertThat(Snapshot.bits(network.params())).isNotEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("kindsAndWorkers")
  void listenersThatTheNetworkHasAreTakenOver(Kind kind, int workers) throws Exception {
    Model network = kind.plain(new Adam(1e-2));
    network.addListeners(new GradientClippingListener(ALWAYS).observe(seen));

    fit(network, workers, TrainingMode.AVERAGING, good());

    assertThat(seen.steps).hasSize(BATCHES);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
    assertThat(seen.steps.stream().map(ClipReport::worker).distinct()).hasSize(workers);
  }

  @ParameterizedTest
  @MethodSource("kindsAndWorkers")
  void everyWorkerOfAConfiguredNetworkRefusesWithoutAListener(Kind kind, int workers)
      throws Exception {
    Model network = kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));
    var before = Snapshot.bits(network.params());
    ParallelWrapper wrapper = wrapper(network, workers, TrainingMode.AVERAGING);
    network.addListeners(new GradientClippingListener().observe(seen)); // too late, it is wiped

    assertThatThrownBy(() -> fit(wrapper, good()))
        .rootCause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ParallelWrapper");

    assertThat(Snapshot.bits(network.params())).isEqualTo(before);
    assertThat(seen.steps).isEmpty();
    assertNoThreadIsLeft();
  }

  /** The README says so. */
  @ParameterizedTest
  @EnumSource
  void listenerThatIsAddedToTheNetworkAfterwardsIsLost(Kind kind) throws Exception {
    Model network = kind.plain(new Adam(1e-2));
    ParallelWrapper wrapper = wrapper(network, 2, TrainingMode.AVERAGING);
    network.addListeners(new GradientClippingListener(ALWAYS).observe(seen));

    fit(wrapper, good());

    assertThat(seen.steps).isEmpty();
    assertThat(Kind.listeners(network)).isEmpty();
  }

  static Stream<Arguments> badPositions() {
    return Stream.of(Kind.values())
        .flatMap(kind -> IntStream.range(0, 3).mapToObj(position -> Arguments.of(kind, position)));
  }

  @ParameterizedTest
  @MethodSource("badPositions")
  void raiseInAWorkerReachesTheCaller(Kind kind, int position) throws Exception {
    Model network = kind.plain(new Adam(1e-2));

    assertThatThrownBy(
            () ->
                fit(
                    network,
                    2,
                    TrainingMode.AVERAGING,
                    badAt(position),
                    new GradientClippingListener(ALWAYS).observe(seen)))
        .rootCause()
        .isInstanceOf(NonFiniteGradientException.class)
        .hasMessageContaining("_W");

    assertThat(network.params().isNaN().any()).isFalse();
    assertThat(seen.nonFinite).hasSize(1);
    assertNoThreadIsLeft();
  }

  @ParameterizedTest
  @MethodSource("badPositions")
  void skipInAWorkerGoesOn(Kind kind, int position) throws Exception {
    Model network = kind.plain(new Adam(1e-2));

    fit(
        network,
        2,
        TrainingMode.AVERAGING,
        badAt(position),
        new GradientClippingListener(ALWAYS.toBuilder().nonFinite(NonFinitePolicy.SKIP).build())
            .observe(seen));

    assertThat(seen.steps).hasSize(BATCHES);
    assertThat(seen.steps.stream().filter(step -> step.outcome() == StepOutcome.SKIPPED))
        .hasSize(1);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("kindsAndWorkers")
  void everyWorkerThatSharesGradientsClips(Kind kind, int workers) throws Exception {
    Model network = kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));

    fitOrEndTheBarrier(network, workers, new GradientClippingListener().observe(seen));

    // All steps, or, where DL4J hung, those before: at least one of each worker.
    assertThat(seen.steps).hasSizeBetween(workers, BATCHES);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
    assertThat(seen.steps.stream().map(ClipReport::worker).distinct()).hasSize(workers);
    assertNoThreadIsLeft();
  }

  @ParameterizedTest
  @MethodSource("kindsAndWorkers")
  void everyWorkerThatSharesGradientsRefusesWithoutAListener(Kind kind, int workers)
      throws Exception {
    Model network = kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));
    var before = Snapshot.bits(network.params());

    assertThat(fitOrEndTheBarrier(network, workers))
        .rootCause()
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ParallelWrapper");

    assertThat(Snapshot.bits(network.params())).isEqualTo(before);
    assertNoThreadIsLeft();
  }

  private static DataSetIterator good() {
    return batches(IntStream.range(0, BATCHES).mapToObj(seed -> Networks.batch(7, seed)).toList());
  }

  private static DataSetIterator badAt(int position) {
    return batches(
        IntStream.range(0, BATCHES)
            .mapToObj(i -> i == position ? Networks.nanBatch(7, i) : Networks.batch(7, i))
            .toList());
  }

  private static DataSetIterator batches(List<DataSet> batches) {
    return new ListDataSetIterator<>(new ArrayList<>(batches), 1);
  }

  private static void fit(
      Model network,
      int workers,
      TrainingMode mode,
      DataSetIterator data,
      GradientClippingListener... listeners)
      throws Exception {
    ParallelWrapper wrapper = wrapper(network, workers, mode);
    wrapper.setListeners(listeners);
    fit(wrapper, data);
  }

  private static ParallelWrapper wrapper(Model network, int workers, TrainingMode mode) {
    return new ParallelWrapper.Builder<>(network)
        .workers(workers)
        .prefetchBuffer(0) // its thread would outlive a failure
        .averagingFrequency(1)
        .trainingMode(mode)
        .build();
  }

  private static void fit(ParallelWrapper wrapper, DataSetIterator data) throws Exception {
    try (wrapper) {
      wrapper.fit(data);
    }
  }

  /**
   * Shares gradients between workers. Stock DL4J often hangs at its own barrier on two cores: then
   * the workers that wait there are interrupted, which ends it.
   */
  private static Throwable fitOrEndTheBarrier(
      Model network, int workers, GradientClippingListener... listeners)
      throws InterruptedException {
    Throwable[] thrown = new Throwable[1];
    Thread fit =
        new Thread(
            () ->
                thrown[0] =
                    catchThrowable(
                        () ->
                            fit(
                                network,
                                workers,
                                TrainingMode.SHARED_GRADIENTS,
                                good(),
                                listeners)));
    fit.start();
    fit.join(TimeUnit.SECONDS.toMillis(15));
    while (fit.isAlive()) {
      workers().filter(ParallelWrapperTest::isAtBarrier).forEach(Thread::interrupt);
      fit.join(100);
    }
    return thrown[0];
  }

  private static boolean isAtBarrier(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(
            frame ->
                frame.getClassName().equals(EncodedGradientsAccumulator.class.getName())
                    && frame.getMethodName().equals("synchronize"));
  }

  private static Stream<Thread> workers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("ParallelWrapper training thread"));
  }

  /**
   * Returns once every worker has ended, or not at all. Anew until there is none: the pool starts
   * another one in the place of one that dies of an exception, before that has ended.
   */
  private static void assertNoThreadIsLeft() throws InterruptedException {
    for (List<Thread> left = workers().toList(); !left.isEmpty(); left = workers().toList()) {
      for (Thread worker : left) {
        worker.join();
      }
    }
  }

  /** Counts how many callers are inside at once. */
  private static final class NeverTogether implements ClipObserver {
    private static final long serialVersionUID = 1L;
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @Override
    public void onStep(ClipReport report) {
      most.accumulateAndGet(inside.incrementAndGet(), Math::max);
      for (int i = 0; i < 10_000; i++) {
        Thread.onSpinWait(); // leaves the others time to come in
      }
      inside.decrementAndGet();
    }
  }
}
