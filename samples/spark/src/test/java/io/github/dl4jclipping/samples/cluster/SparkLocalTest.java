package io.github.dl4jclipping.samples.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;
import io.github.dl4jclipping.report.file.JsonLinesReport;
import java.io.NotSerializableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** Spark with its executor in this JVM, two tasks at a time. */
class SparkLocalTest {

  private static final double BOUND = 1e-3;
  private static final GradientClipping ALWAYS = GradientClipping.byGlobalNorm(BOUND);
  private static final GradientClipping NEVER = GradientClipping.byGlobalNorm(1e9);

  private static JavaSparkContext context;

  private DriverReports reports;

  @BeforeAll
  static void start() {
    context =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[2]")
                .setAppName("test")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.ui.enabled", "false"));
  }

  @AfterAll
  static void stop() {
    context.close();
  }

  @BeforeEach
  void register() {
    reports = DriverReports.registeredWith(context.sc());
  }

  private void fit(
      SparkKind kind, Model network, int frequency, List<DataSet> data, TrainingListener... own) {
    kind.fit(context, master(frequency).build(), network, data, own);
  }

  /** Two runs give each worker the same batches. */
  private void fitInPlace(
      SparkKind kind, Model network, int frequency, List<DataSet> data, TrainingListener... own) {
    ParameterAveragingTrainingMaster master =
        master(frequency).repartionData(Repartition.Never).rngSeed(3).build();
    kind.fit(context, master, network, data, own);
  }

  private static ParameterAveragingTrainingMaster.Builder master(int frequency) {
    return new ParameterAveragingTrainingMaster.Builder(2, SparkKind.EXAMPLES)
        .batchSizePerWorker(SparkKind.EXAMPLES)
        .rddTrainingApproach(RDDTrainingApproach.Direct)
        .averagingFrequency(frequency);
  }

  private TrainingListener listener(GradientClipping clipping) {
    return new GradientClippingListener(clipping).observe(reports);
  }

  private static List<DataSet> batches(int count) {
    return new ArrayList<>(IntStream.rangeClosed(1, count).mapToObj(SparkKind::batch).toList());
  }

  private static List<DataSet> batchesWithNaN(int count) {
    List<DataSet> batches = batches(count);
    batches.get(1).getFeatures().putScalar(2, 1, Double.NaN);
    return batches;
  }

  /** Rounds of two tasks, of several batches each: no task's part is lost. */
  @ParameterizedTest
  @CsvSource({"MULTI_LAYER, Direct", "MULTI_LAYER, Export", "GRAPH, Direct", "GRAPH, Export"})
  void everyStepOfEveryTaskIsClippedAndCounted(SparkKind kind, RDDTrainingApproach approach) {
    int count = 12;
    Model network = kind.network(new Sgd(1));
    INDArray before = network.params().dup();
    ParameterAveragingTrainingMaster master = master(3).rddTrainingApproach(approach).build();

    kind.fit(context, master, network, batches(count), listener(ALWAYS));

    ClipSummary summary = reports.summary();
    assertThat(summary.steps()).isEqualTo(count);
    assertThat(summary.clipped()).isEqualTo(count);
    assertThat(summary.finiteNorms()).isEqualTo(count);
    assertThat(summary.largestNorm()).isGreaterThan(summary.meanNorm());
    assertThat(reports.incidents()).isEmpty();
    // At learning rate 1 a step moves the parameters by the bound, the mean of two by no more.
    double moved = network.params().sub(before).norm2Number().doubleValue();
    assertThat(moved).isPositive().isLessThanOrEqualTo(BOUND * count / 2 * 1.0001);
  }

  @ParameterizedTest
  @EnumSource
  void isTheMeanOfWhatTheWorkersWouldHaveDoneAlone(SparkKind kind) {
    Model network = kind.network(new Sgd(1));
    INDArray start = network.params().dup();
    INDArray expected = start.dup();
    for (DataSet batch : batches(2)) {
      Model alone = kind.network(new Sgd(1));
      alone.setListeners(new GradientClippingListener(ALWAYS));
      kind.fitHere(alone, batch);
      expected.addi(alone.params().sub(start).divi(2));
    }

    fitInPlace(kind, network, 1, batches(2), listener(ALWAYS));

    assertThat(network.params().distance2(expected)).isCloseTo(0, within(BOUND * 1e-3));
  }

  @ParameterizedTest
  @EnumSource
  void isAsInStockWhereNothingClips(SparkKind kind) {
    Model stock = kind.network(new Adam(1e-2));
    Model clipped = kind.network(new Adam(1e-2));

    fitInPlace(kind, stock, 2, batches(8));
    fitInPlace(kind, clipped, 2, batches(8), listener(NEVER));

    assertThat(clipped.params()).isEqualTo(stock.params());
    assertThat(clipped.params().data().asFloat()).isEqualTo(stock.params().data().asFloat());
    assertThat(reports.summary().steps()).isEqualTo(8);
    assertThat(reports.summary().clipped()).isZero();
  }

  @Test
  void summariesOfSeveralFitsAddUp() {
    Model network = SparkKind.MULTI_LAYER.network(new Adam(1e-2));

    fit(SparkKind.MULTI_LAYER, network, 2, batches(4), listener(ALWAYS));
    fit(SparkKind.MULTI_LAYER, network, 2, batches(4), listener(NEVER));

    assertThat(reports.summary().steps()).isEqualTo(8);
    assertThat(reports.summary().clippedShare()).isEqualTo(0.5);
  }

  @ParameterizedTest
  @CsvSource({"MULTI_LAYER, 0_W", "GRAPH, dense_W"})
  void raiseFailsTheJobAndNamesTheParameters(SparkKind kind, String parameter) {
    Model network = kind.network(new Sgd(0.1));
    INDArray before = network.params().dup();

    assertThatThrownBy(() -> fit(kind, network, 2, batchesWithNaN(4), listener(ALWAYS)))
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("NonFiniteGradientException: Non-finite gradient at iteration")
        .hasMessageContaining(parameter);

    assertThat(network.params()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"MULTI_LAYER, 0_W", "GRAPH, dense_W"})
  void skipGoesOnAndTheDriverKnows(SparkKind kind, String parameter) {
    Model network = kind.network(new Sgd(0.1));
    GradientClipping skipping = ALWAYS.toBuilder().nonFinite(NonFinitePolicy.SKIP).build();

    fit(kind, network, 2, batchesWithNaN(8), listener(skipping));

    assertThat(network.params().isNaN().any()).isFalse();
    assertThat(reports.summary().steps()).isEqualTo(8);
    assertThat(reports.summary().skipped()).isOne();
    assertThat(reports.summary().clipped()).isEqualTo(7);
    assertThat(reports.incidents()).hasSize(1);
    assertThat(reports.incidents().get(0).describe()).contains(parameter);
  }

  /** The rate leaves HALF as it is, so each batch has the norm that it has at the start. */
  @ParameterizedTest
  @EnumSource
  void everyTaskInHalfScalesItsLoss(SparkKind kind) {
    Model network = kind.half(new Sgd(1e-9));
    Model single = kind.network(new Sgd(1e-9));
    single.setParams(network.params().castTo(DataType.FLOAT));
    List<Double> norms = new ArrayList<>();
    single.setListeners(
        new GradientClippingListener(ALWAYS).observe(report -> norms.add(report.norm())));
    batches(8).forEach(batch -> kind.fitHere(single, batch));
    LossScaling scaling = LossScaling.constant(1024).withMasterWeights(true);

    Set<Double> scales = ConcurrentHashMap.newKeySet();
    ScalesHere.SEEN.set(scales);

    fit(
        kind,
        network,
        2,
        batches(8),
        new GradientClippingListener(ALWAYS.toBuilder().lossScaling(scaling).build())
            .observe(reports)
            .observe(new ScalesHere()));

    assertThat(scales).containsExactly(1024.0);

    ClipSummary summary = reports.summary();
    assertThat(summary.clipped()).isEqualTo(8);
    assertThat(summary.largestNorm()).isCloseTo(Collections.max(norms), withinPercentage(1));
    assertThat(summary.meanNorm())
        .isCloseTo(norms.stream().mapToDouble(n -> n).average().orElseThrow(), withinPercentage(1));
  }

  /** Collects the scales of steps; tasks run in this JVM, with copies of it. */
  private static final class ScalesHere implements ClipObserver {
    private static final long serialVersionUID = 1L;
    private static final AtomicReference<Set<Double>> SEEN = new AtomicReference<>();

    @Override
    public void onStep(ClipReport report) {
      SEEN.get().add(report.lossScale() == null ? Double.NaN : report.lossScale().scale());
    }
  }

  @ParameterizedTest
  @EnumSource
  void tasksInHalfBackOffAndTrain(SparkKind kind) {
    Model network = kind.half(new Adam(1e-2));
    INDArray before = network.params().dup();
    LossScaling scaling = LossScaling.dynamic().withInitialScale(0x1p18).withMasterWeights(true);
    GradientClipping clipping = GradientClipping.builder().maxNorm(1).lossScaling(scaling).build();

    fit(kind, network, 10, batches(40), listener(clipping));

    ClipSummary summary = reports.summary();
    assertThat(summary.steps()).isEqualTo(40);
    assertThat(summary.overflowed()).isBetween(1L, 39L);
    assertThat(reports.incidents()).isEmpty();
    assertThat(network.params().castTo(DataType.FLOAT).isNaN().any()).isFalse();
    assertThat(network.params()).isNotEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void anOptionOfTheConfigurationIsClippedToo(SparkKind kind) {
    Model network = kind.network(new ClippedUpdater(new Adam(1e-2), ALWAYS));

    fit(kind, network, 2, batches(8), new GradientClippingListener().observe(reports));

    assertThat(reports.summary().clipped()).isEqualTo(8);
  }

  @ParameterizedTest
  @EnumSource
  void anOptionOfTheConfigurationWithoutAListenerRefuses(SparkKind kind) {
    Model network = kind.network(new ClippedUpdater(new Sgd(1), ALWAYS));
    INDArray before = network.params().dup();

    assertThatThrownBy(() -> fit(kind, network, 2, batches(4)))
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("so it refuses to train")
        .hasMessageContaining("give the listener to ParallelWrapper or Spark");

    assertThat(network.params()).isEqualTo(before);
  }

  @Test
  void reportThatBelongsToTheDriverIsRefusedBeforeAnythingIsSent(@TempDir Path folder) {
    Model network = SparkKind.MULTI_LAYER.network(new Sgd(1));
    INDArray before = network.params().dup();
    try (JsonLinesReport file = JsonLinesReport.create(folder.resolve("run.jsonl"))) {
      TrainingListener listener = new GradientClippingListener(ALWAYS).observe(file);

      assertThatThrownBy(() -> fit(SparkKind.MULTI_LAYER, network, 2, batches(4), listener))
          .hasRootCauseInstanceOf(NotSerializableException.class)
          .rootCause()
          .hasMessageContaining("run.jsonl")
          .hasMessageContaining("DriverReports");
    }
    assertThat(network.params()).isEqualTo(before);
  }
}
