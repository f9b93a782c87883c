package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.report.ClipSummary;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;

/** Several workers, each with a copy of one network, whose parameters are averaged now and then. */
interface Workers extends AutoCloseable {

  /** How many there are. */
  int COUNT = 2;

  /** Batches that each worker learns from before parameters are averaged. */
  int AVERAGING_FREQUENCY = 4;

  /** Engages workers for a network, whose gradients they clip. */
  @FunctionalInterface
  interface Factory {
    Workers of(MultiLayerNetwork network, GradientClipping clipping);
  }

  /**
   * Trains on some batches and averages.
   *
   * @return DL4J's score, the mean of the workers' last batches
   * @throws Exception what a worker threw; Spark's own is a checked one
   */
  double fit(List<DataSet> batches) throws Exception;

  /** Returns what all of them did so far. */
  ClipSummary summary();

  @Override
  void close();
}
