package io.github.dl4jclipping.benchmarks.training;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;

/**
 * Times the part of a step that clipping changes: from the end of the backward pass until the new
 * parameters stand. Forward and backward pass are DL4J's, and scatter by more than clipping costs.
 */
final class UpdatePhase {

  private long start;
  private long nanos;

  /**
   * Returns listeners between a first one, which starts the clock, and a last one, which stops it.
   */
  List<TrainingListener> around(TrainingListener... listeners) {
    List<TrainingListener> all = new ArrayList<>();
    all.add(new Start());
    all.addAll(List.of(listeners));
    all.add(new Stop());
    return all;
  }

  /** Returns what it took in the last step. */
  long nanos() {
    return nanos;
  }

  private final class Start extends BaseTrainingListener {

    @Override
    public void onBackwardPass(Model model) {
      start = System.nanoTime();
    }
  }

  private final class Stop extends BaseTrainingListener {

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      nanos = System.nanoTime() - start;
    }
  }
}
