package io.github.dl4jclipping.report;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import java.io.File;
import java.io.Serializable;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;

/**
 * Is told of every step.
 *
 * <p>Called on the training thread, which waits; never called concurrently, even where several
 * threads train; so it must not wait for another network that trains. Told once by each listener
 * that it was given to. An observer that throws, whatever it throws, never stops or changes
 * training: it is logged once and not called again. Serialisable, since Spark sends it to its
 * executors.
 */
@FunctionalInterface
public interface ClipObserver extends Serializable {

  /** Called once for each step, before the step is applied. */
  void onStep(ClipReport report);

  /** Called for each step whose gradient is not finite, before {@link #onStep}. */
  default void onNonFinite(NonFiniteReport report) {}

  /**
   * Called likewise, for those who want to look at the network itself, which is as it was before
   * the step and still holds the batch; calls {@link #onNonFinite(NonFiniteReport)} unless
   * overridden.
   *
   * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}, or a layer in layerwise
   *     pretraining; neither to be changed nor to be kept
   * @param external whether the gradient is not the network's own, and so not of the batch that it
   *     may still hold
   */
  default void onNonFinite(NonFiniteReport report, Model network, boolean external) {
    onNonFinite(report);
  }

  /**
   * Called likewise, for those who keep the network in a file; calls {@link
   * #onNonFinite(NonFiniteReport, Model, boolean)} unless overridden.
   *
   * @param stateSaver adds to a file that DL4J wrote of the network what {@code
   *     GradientClipping.saveState} adds, as it was before the step; throws the same. Not for
   *     layerwise pretraining, and to be called before this method returns
   */
  default void onNonFinite(
      NonFiniteReport report, Model network, boolean external, Consumer<File> stateSaver) {
    onNonFinite(report, network, external);
  }

  /** Called at the end of each epoch that DL4J announces. */
  default void onEpochEnd(int epoch) {}
}
