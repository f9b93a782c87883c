package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;

/** Questions to a report. */
final class Outcomes {

  private Outcomes() {}

  /** Returns whether the gradient was not finite. */
  static boolean isNonFinite(ClipReport report) {
    return report.outcome() != StepOutcome.UNCHANGED && report.outcome() != StepOutcome.CLIPPED;
  }
}
