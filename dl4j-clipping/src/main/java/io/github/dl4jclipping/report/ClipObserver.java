package io.github.dl4jclipping.report;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import java.io.File;
import java.io.Serializable;
import java.util.function.Consumer;
import org.deeplearning4j.nn.api.Model;

/**
 * Receives a report of every step.
 *
 * <p>It is called on the training thread, which waits. It is never called concurrently, even if
 * several threads train, so it must not wait for another network that trains. If it was added to
 * several listeners, each of them calls it. If an observer throws anything, training does not stop
 * or change: the exception is logged once and the observer is not called again. Observers are
 * serialisable because Spark sends them to its executors.
 */
@FunctionalInterface
public interface ClipObserver extends Serializable {

  /** Receives the report of each step, before the step is applied. */
  void onStep(ClipReport report);

  /** Receives the report of each step with a non-finite gradient, before {@link #onStep}. */
  default void onNonFinite(NonFiniteReport report) {}

  /**
   * Receives the report and the network of each step with a non-finite gradient. The network is as
   * it was before the step and may still hold the batch. By default this calls {@link
   * #onNonFinite(NonFiniteReport)}.
   *
   * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}, or a layer in layerwise
   *     pretraining; must not be changed or kept
   * @param external whether the gradient is not the network's own, and so does not come from the
   *     batch that the network may still hold
   */
  default void onNonFinite(NonFiniteReport report, Model network, boolean external) {
    onNonFinite(report);
  }

  /**
   * Receives the report and the network of each step with a non-finite gradient, and a way to save
   * the clipping state. Override this to write the network to a file. By default this calls {@link
   * #onNonFinite(NonFiniteReport, Model, boolean)}.
   *
   * @param stateSaver adds to a model file that DL4J wrote what {@code GradientClipping.saveState}
   *     adds, as it was before the step, and throws the same exceptions. Do not call it in
   *     layerwise pretraining, or after this method has returned
   */
  default void onNonFinite(
      NonFiniteReport report, Model network, boolean external, Consumer<File> stateSaver) {
    onNonFinite(report, network, external);
  }

  /**
   * Returns whether {@link #onUpdate} is to be called; false by default. It is asked at every 10th
   * iteration. The ratios cost a pass over the update and one over the parameters; if no observer
   * wants them, they cost nothing.
   */
  default boolean wantsUpdateRatios() {
    return false;
  }

  /**
   * Receives the size of the update of every 10th iteration, after {@link #onStep}, if {@link
   * #wantsUpdateRatios} returns true and the step was applied. The parameters are still those
   * before the update, which DL4J subtracts next.
   */
  default void onUpdate(UpdateRatios ratios) {}

  /** Receives the end of each epoch that DL4J announces. */
  default void onEpochEnd(int epoch) {}
}
