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
 * Describes what one step did.
 *
 * <p>All norms refer to the mean gradient over the minibatch, after DL4J's per-layer {@code
 * GradientNormalization} if there is one. Pseudo-gradients and frozen parameters are left out.
 *
 * @param iteration DL4J's iteration counter, from 0
 * @param epoch DL4J's epoch counter, from 0
 * @param score the network's score at this step
 * @param norm the global norm <em>before</em> clipping; non-finite if the gradient was, except for
 *     {@link StepOutcome#ZEROED}, where it is the norm of the remaining elements
 * @param clippedNorm the global norm <em>after</em> clipping, as the updater receives it, before
 *     L1, L2 and weight decay; 0 if the step was skipped, NaN if it raised
 * @param coefficient the factor on the gradient: 1 if it was unchanged, 0 if the step was skipped,
 *     NaN if the step raised or if values were clamped; if parameters were scaled by different
 *     factors, the ratio of the two norms
 * @param maxNorm the bound on the norm; +Infinity if there is none
 * @param outcome what happened to the gradient
 * @param parameterNorms the norm of each parameter before clipping, by names such as {@code 0_W} or
 *     {@code dense_W}; empty unless there is an observer, the log is at DEBUG or the settings ask
 *     for them
 * @param worker the name of the thread that trained; it identifies a worker of ParallelWrapper, as
 *     in {@code "ParallelWrapper training thread 1"}
 * @param parts what was done to each part, if the rule has groups, layers or stages; otherwise
 *     empty
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

  /** Creates a report without parts and without loss scaling. */
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
   * Returns whether the gradient was scaled down or clamped. For {@link StepOutcome#ZEROED},
   * returns whether the remaining elements were scaled down. A gradient that was {@linkplain
   * StepOutcome#SCALED_UP only scaled up} was not clipped.
   */
  public boolean isClipped() {
    return outcome == StepOutcome.CLIPPED || (outcome == StepOutcome.ZEROED && coefficient < 1);
  }

  /**
   * Returns whether the gradient was non-finite, whatever happened to it. Returns false for {@link
   * StepOutcome#OVERFLOWED}, because the loss scale was the cause.
   */
  public boolean isNonFinite() {
    return outcome.isNonFinite();
  }
}
