package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.report.StepOutcome;

/**
 * Holds the result of rescaling a gradient.
 *
 * @param clippedNorm the norm of the gradient after rescaling
 * @param coefficient the factor on the gradient; NaN if there is no single factor
 * @param outcome whether it was changed, and how
 */
record Rescaled(double clippedNorm, double coefficient, StepOutcome outcome) {

  /** Returns the outcome of scaling by a factor other than 1. */
  static StepOutcome scaledBy(double factor) {
    return factor < 1 ? StepOutcome.CLIPPED : StepOutcome.SCALED_UP;
  }
}
