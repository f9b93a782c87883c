package io.github.dl4jclipping.report;

import io.github.dl4jclipping.rule.ClipPart;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells what one step did.
 *
 * <p>All norms are of the mean gradient over the minibatch, after any per-layer {@code
 * GradientNormalization} of DL4J, without pseudo-gradients and frozen parameters.
 *
 * @param iteration DL4J's iteration counter, from 0
 * @param epoch DL4J's epoch counter, from 0
 * @param score the network's score at this step
 * @param norm the global norm <em>before</em> clipping; not finite where the gradient was not, but
 *     for {@link StepOutcome#ZEROED}, where it is the norm of what remained
 * @param clippedNorm the global norm <em>after</em> clipping, as handed to the updater, before L1,
 *     L2 and weight decay; 0 where the step was skipped, NaN where it raised
 * @param coefficient what the gradient was multiplied by: 1 where it was left alone, 0 where the
 *     step was skipped, NaN where it raised and under value clipping; the ratio of the norms where
 *     parameters were scaled apart
 * @param maxNorm the bound on the norm, +Infinity where there is none
 * @param outcome what became of the gradient
 * @param parameterNorms the norm of each parameter before clipping, by names such as {@code 0_W} or
 *     {@code dense_W}; empty unless an observer, the DEBUG log or the setting asks for them
 * @param worker the name of the thread that trained: tells the workers of ParallelWrapper apart, as
 *     in {@code "ParallelWrapper training thread 1"}
 * @param parts what was done to each group or layer, or in each stage, of a rule that has such;
 *     otherwise empty
 * @param lossScale how the loss was scaled; null without loss scaling
 */
public record ClipReport(
    int iteration,
    int epoch,
    double score,
    double norm,
    double clippedNorm,
    double coefficient,
    double maxNorm,
    StepOutcome outcome,
    Map<String, Double> parameterNorms,
    String worker,
    List<ClipPart> parts,
    @Nullable LossScaleStatus lossScale)
    implements Serializable {

  /** Copies the map and the list, and keeps their order. */
  public ClipReport {
    parameterNorms = Collections.unmodifiableMap(new LinkedHashMap<>(parameterNorms));
    parts = List.copyOf(parts);
  }

  /** Creates a report without parts and loss scaling. */
  public ClipReport(
      int iteration,
      int epoch,
      double score,
      double norm,
      double clippedNorm,
      double coefficient,
      double maxNorm,
      StepOutcome outcome,
      Map<String, Double> parameterNorms,
      String worker) {
    this(
        iteration,
        epoch,
        score,
        norm,
        clippedNorm,
        coefficient,
        maxNorm,
        outcome,
        parameterNorms,
        worker,
        List.of(),
        null);
  }

  /**
   * Returns whether the gradient was scaled down or clamped; for {@link StepOutcome#ZEROED},
   * whether what remained was scaled down. A gradient that was {@linkplain StepOutcome#SCALED_UP
   * only scaled up} was not clipped.
   */
  public boolean isClipped() {
    return outcome == StepOutcome.CLIPPED || (outcome == StepOutcome.ZEROED && coefficient < 1);
  }

  /**
   * Returns whether the gradient was not finite, whatever became of it; false for {@link
   * StepOutcome#OVERFLOWED}, where it was the loss scale's.
   */
  public boolean isNonFinite() {
    return outcome.isNonFinite();
  }
}
