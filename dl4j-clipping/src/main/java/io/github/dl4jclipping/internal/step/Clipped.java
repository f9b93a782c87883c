package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipPart;
import java.util.List;

/**
 * Holds what was done to the gradient of one step, in numbers.
 *
 * @param clippedNorm the norm of the gradient that the updater receives
 * @param coefficient the factor on the gradient; NaN if there is no single factor
 * @param maxNorm the bound on the norm; +Infinity if there is none
 * @param outcome what happened to the gradient
 * @param parts what was done to each part of the gradient, or in each stage
 */
record Clipped(
    double clippedNorm,
    double coefficient,
    double maxNorm,
    StepOutcome outcome,
    List<ClipPart> parts) {

  /** Creates a result without parts. */
  Clipped(double clippedNorm, double coefficient, double maxNorm, StepOutcome outcome) {
    this(clippedNorm, coefficient, maxNorm, outcome, List.of());
  }

  /** Returns this result with another outcome. */
  Clipped as(StepOutcome other) {
    return new Clipped(clippedNorm, coefficient, maxNorm, other, parts);
  }
}
