package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.report.ClipSummary;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.parallelism.ParallelWrapper.TrainingMode;
import org.nd4j.linalg.dataset.DataSet;

/** Workers that are threads of this JVM: DL4J's ParallelWrapper. */
final class ParallelWorkers implements Workers {

  private final MultiLayerNetwork network;
  private final SummingObserver steps = new SummingObserver();
  private final ParallelWrapper wrapper;

  ParallelWorkers(MultiLayerNetwork network, GradientClipping clipping) {
    this.network = network;
    this.wrapper =
        new ParallelWrapper.Builder<>(network)
            .workers(COUNT)
            .trainingMode(TrainingMode.AVERAGING)
            .averagingFrequency(AVERAGING_FREQUENCY)
            .prefetchBuffer(0)
            .build();
    wrapper.setListeners(new GradientClippingListener(clipping).logEvery(0).observe(steps));
  }

  @Override
  public double fit(List<DataSet> batches) {
    wrapper.fit(new ExistingDataSetIterator(batches));
    return network.score();
  }

  @Override
  public ClipSummary summary() {
    return steps.summary();
  }

  @Override
  public void close() {
    wrapper.shutdown(); // what a worker threw leaves the others running
  }
}
