package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.report.StepOutcome;

/**
 * What became of a gradient.
 *
 * @param clippedNorm its norm as it is handed to the updater
 * @param coefficient what it was multiplied by, NaN where there is no such number
 * @param outcome whether it was changed, and how
 */
record Rescaled(double clippedNorm, double coefficient, StepOutcome outcome) {

  /** Returns the outcome of scaling by a factor that is not 1. */
  static StepOutcome scaledBy(double factor) {
    return factor < 1 ? StepOutcome.CLIPPED : StepOutcome.SCALED_UP;
  }
}
