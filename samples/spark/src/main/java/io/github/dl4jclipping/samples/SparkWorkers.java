package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.report.ClipSummary;
import io.github.dl4jclipping.samples.cluster.DriverReports;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.dataset.DataSet;

/** Runs workers as tasks of Spark, in this JVM. On a cluster the code is the same. */
final class SparkWorkers implements Workers {

  private final JavaSparkContext context;
  private final DriverReports reports;
  private final SparkDl4jMultiLayer spark;

  SparkWorkers(MultiLayerNetwork network, GradientClipping clipping) {
    context = new JavaSparkContext(conf());
    reports = DriverReports.registeredWith(context.sc());
    spark =
        new SparkDl4jMultiLayer(
            context,
            network,
            new ParameterAveragingTrainingMaster.Builder(COUNT, CharacterBatches.BATCH_SIZE)
                .batchSizePerWorker(CharacterBatches.BATCH_SIZE)
                .averagingFrequency(AVERAGING_FREQUENCY)
                // The default first writes all data to files, on a cluster to a shared file system
                .rddTrainingApproach(RDDTrainingApproach.Direct)
                .build());
    spark.setListeners(new GradientClippingListener(clipping).logEvery(0).observe(reports));
  }

  private static SparkConf conf() {
    return new SparkConf()
        .setMaster("local[" + COUNT + "]")
        .setAppName("dl4j-clipping")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.ui.enabled", "false");
  }

  @Override
  public double fit(List<DataSet> batches) {
    spark.fit(context.parallelize(batches, COUNT));
    return spark.getScore();
  }

  @Override
  public ClipSummary summary() {
    return reports.summary();
  }

  @Override
  public void close() {
    reports.log();
    context.close();
  }
}
