package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.report.ClipReport;
import java.util.Arrays;

/** Notices that a bound on the norm clips almost every step, window after window. */
final class ConstantClippingAlarm {

  private static final double[] NONE = {};

  private double[] norms = NONE;
  private int steps;
  private int clipped;
  private boolean told;

  /**
   * Takes a step in; warns once, at the end of the first window of which too many were clipped.
   * Steps without a bound on the norm do not count: clamped values say nothing of a learning rate.
   *
   * @param share the share of the window that must be exceeded
   * @param window the steps of a window; 0 never warns
   */
  void add(ClipReport report, double share, int window) {
    if (told || window == 0 || !Double.isFinite(report.maxNorm())) {
      return;
    }
    if (norms.length != window) {
      norms = new double[window];
      startOver();
    }
    norms[steps++] = report.norm();
    clipped += report.isClipped() ? 1 : 0;
    if (steps == window) {
      if (clipped > share * window) {
        told = true;
        ClippingLog.clippingAlmostAlways(report, clipped, steps, normsInOrder());
        norms = NONE;
      }
      startOver();
    }
  }

  private void startOver() {
    steps = 0;
    clipped = 0;
  }

  private double[] normsInOrder() {
    return Arrays.stream(norms).filter(norm -> !Double.isNaN(norm)).sorted().toArray();
  }
}
