package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.report.ClipReport;

/** Notices that the gradient is next to nothing for many steps in a row. */
final class VanishingAlarm {

  private int inRow;
  private long occurrences;

  /**
   * Takes a step in; warns once for each row that is long enough.
   *
   * @param bound the largest norm that counts
   * @param steps the length of a row; 0 is never reached
   */
  void add(ClipReport report, double bound, int steps) {
    if (!(report.norm() <= bound)) { // NaN, too, ends a row
      inRow = 0;
    } else if (inRow < steps && ++inRow == steps) {
      ClippingLog.vanishing(report, bound, steps, ++occurrences);
    }
  }
}
