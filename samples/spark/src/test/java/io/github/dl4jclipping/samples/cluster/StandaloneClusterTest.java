package io.github.dl4jclipping.samples.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.NonFinitePolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** A real cluster: what is sent to executors and comes back crosses JVMs. */
@Timeout(5 * 60) // Spark waits for executors without end
class StandaloneClusterTest {

  private static final GradientClipping ALWAYS = GradientClipping.byGlobalNorm(1e-3);

  private static StandaloneCluster cluster;
  private static JavaSparkContext context;

  private DriverReports reports;

  @BeforeAll
  static void start(@TempDir Path home) throws Exception {
    cluster = new StandaloneCluster(home, 2);
    context = new JavaSparkContext(cluster.conf());
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      if (context != null) {
        context.close();
      }
    } finally {
      if (cluster != null) {
        cluster.close();
      }
    }
  }

  @BeforeEach
  void register() {
    reports = DriverReports.registeredWith(context.sc());
  }

  private static void fit(
      SparkKind kind, Model network, List<DataSet> data, TrainingListener... listeners) {
    ParameterAveragingTrainingMaster master =
        new ParameterAveragingTrainingMaster.Builder(2, SparkKind.EXAMPLES)
            .batchSizePerWorker(SparkKind.EXAMPLES)
            .averagingFrequency(3)
            // The default exports the data to a file system that all executors share
            .rddTrainingApproach(RDDTrainingApproach.Direct)
            .build();
    kind.fit(context, master, network, data, listeners);
  }

  private static List<DataSet> batches(int count) {
    return new ArrayList<>(IntStream.rangeClosed(1, count).mapToObj(SparkKind::batch).toList());
  }

  private static List<DataSet> batchesWithNaN(int count) {
    List<DataSet> batches = batches(count);
    batches.get(1).getFeatures().putScalar(2, 1, Double.NaN);
    return batches;
  }

  @ParameterizedTest
  @EnumSource
  void everyStepOfEveryExecutorIsClippedAndCounted(SparkKind kind) {
    ExecutorIds executors = ExecutorIds.registeredWith(context.sc());
    Model network = kind.network(new ClippedUpdater(new Adam(1e-2), ALWAYS));

    fit(
        kind,
        network,
        batches(12),
        new GradientClippingListener().observe(reports).observe(executors));

    assertThat(executors.seen()).hasSize(2);
    assertThat(reports.summary().steps()).isEqualTo(12);
    assertThat(reports.summary().clipped()).isEqualTo(12);
    assertThat(reports.summary().largestNorm()).isGreaterThan(reports.summary().meanNorm());
  }

  @Test
  void raiseFailsTheJobAndNamesTheParameters() {
    Model network = SparkKind.GRAPH.network(new Sgd(0.1));

    assertThatThrownBy(
            () ->
                fit(
                    SparkKind.GRAPH,
                    network,
                    batchesWithNaN(6),
                    new GradientClippingListener(ALWAYS).observe(reports)))
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("NonFiniteGradientException: Non-finite gradient at iteration")
        .hasMessageContaining("dense_W");
  }

  @Test
  void skipGoesOnAndTheDriverKnows() {
    Model network = SparkKind.MULTI_LAYER.network(new Sgd(0.1));
    GradientClipping skipping = ALWAYS.toBuilder().nonFinite(NonFinitePolicy.SKIP).build();

    fit(
        SparkKind.MULTI_LAYER,
        network,
        batchesWithNaN(6),
        new GradientClippingListener(skipping).observe(reports));

    assertThat(network.params().isNaN().any()).isFalse();
    assertThat(reports.summary().steps()).isEqualTo(6);
    assertThat(reports.summary().skipped()).isOne();
    assertThat(reports.incidents()).hasSize(1);
    assertThat(reports.incidents().get(0).describe()).contains("0_W");
  }

  @Test
  void anOptionOfTheConfigurationWithoutAListenerRefuses() {
    Model network = SparkKind.MULTI_LAYER.network(new ClippedUpdater(new Sgd(1), ALWAYS));

    assertThatThrownBy(() -> fit(SparkKind.MULTI_LAYER, network, batches(6)))
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("so it refuses to train");
  }
}
