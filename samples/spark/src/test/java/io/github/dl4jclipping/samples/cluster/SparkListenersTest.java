package io.github.dl4jclipping.samples.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** Which listeners DL4J calls on Spark, as docs/dl4j-notes.md states it; without this library. */
class SparkListenersTest {

  /** Who was called, and by which thread. Tasks run in this JVM, with copies of the listener. */
  private static final Set<String> CALLED = ConcurrentHashMap.newKeySet();

  /** Notes that it was called. */
  private static final class Named extends BaseTrainingListener implements java.io.Serializable {
    private static final long serialVersionUID = 1L;
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public void onGradientCalculation(Model model) {
      CALLED.add(name + " by " + Thread.currentThread().getName());
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyThoseOfTheSparkNetworkAreCalled(SparkKind kind) {
    CALLED.clear();
    Model network = kind.network(new Sgd(0.1));
    network.setListeners(new Named("network's"));
    List<DataSet> data =
        new ArrayList<>(IntStream.rangeClosed(1, 4).mapToObj(SparkKind::batch).toList());
    try (JavaSparkContext context =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[2]")
                .setAppName("test")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.ui.enabled", "false"))) {
      ParameterAveragingTrainingMaster master =
          new ParameterAveragingTrainingMaster.Builder(2, SparkKind.EXAMPLES)
              .batchSizePerWorker(SparkKind.EXAMPLES)
              .rddTrainingApproach(RDDTrainingApproach.Direct)
              .averagingFrequency(1)
              .build();
      kind.fit(context, master, network, data, new Named("Spark network's"));
    }

    assertThat(CALLED)
        .isNotEmpty()
        .allMatch(call -> call.startsWith("Spark network's by Executor task launch worker"));
  }
}
