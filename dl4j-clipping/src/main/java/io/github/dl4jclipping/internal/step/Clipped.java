package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipPart;
import java.util.List;

/**
 * What became of one step's gradient, in numbers.
 *
 * @param clippedNorm its norm as it is handed to the updater
 * @param coefficient what it was multiplied by, NaN where there is no such number
 * @param maxNorm the bound on the norm, +Infinity where there is none
 * @param outcome what became of it
 * @param parts what was done to parts of it, or in several stages
 */
record Clipped(
    double clippedNorm,
    double coefficient,
    double maxNorm,
    StepOutcome outcome,
    List<ClipPart> parts) {

  /** Creates one without parts. */
  Clipped(double clippedNorm, double coefficient, double maxNorm, StepOutcome outcome) {
    this(clippedNorm, coefficient, maxNorm, outcome, List.of());
  }

  /** Returns the same with another outcome. */
  Clipped as(StepOutcome other) {
    return new Clipped(clippedNorm, coefficient, maxNorm, other, parts);
  }
}
