package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.report.ClipReport;
import java.util.Arrays;

/** Detects a bound on the norm that clips almost every step, in windows of steps. */
final class ConstantClippingAlarm {

  private static final double[] NONE = {};

  private double[] norms = NONE;
  private int steps;
  private int clipped;
  private boolean told;

  /**
   * Adds a step, and warns once, at the end of the first window with too many clipped steps. Steps
   * without a bound on the norm do not count, because clamped values do not act as a learning rate.
   *
   * @param share the share of clipped steps that must be exceeded
   * @param window the number of steps in a window; 0 never warns
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
