package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.report.ClipReport;

/** Detects many consecutive steps with a vanishing gradient. */
final class VanishingAlarm {

  private int inRow;
  private long occurrences;

  /**
   * Adds a step, and warns once for each streak that is long enough.
   *
   * @param bound the largest norm that counts as vanishing
   * @param steps the length of a streak; 0 never warns
   */
  void add(ClipReport report, double bound, int steps) {
    if (!(report.norm() <= bound)) { // NaN also ends a streak
      inRow = 0;
    } else if (inRow < steps && ++inRow == steps) {
      ClippingLog.vanishing(report, bound, steps, ++occurrences);
    }
  }
}
