package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.internal.log.Numbers;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;

/**
 * Counts the steps of one network since the last log line. Not thread-safe: only the thread that
 * trains the network may use it.
 */
public final class ReportWindow {

  private int steps;
  private int clipped;
  private int skipped;
  private int overflowed;
  private double largestNorm = Double.NaN; // until there is a finite norm

  /** Adds a step. */
  public void add(ClipReport report) {
    steps++;
    if (report.outcome() == StepOutcome.SKIPPED) {
      skipped++;
    } else if (report.outcome() == StepOutcome.OVERFLOWED) {
      overflowed++;
    } else if (report.isClipped()) {
      clipped++;
    }
    if (Double.isFinite(report.norm())) {
      largestNorm = largestNorm > report.norm() ? largestNorm : report.norm();
    }
  }

  /** Resets all counts. */
  public void reset() {
    steps = 0;
    clipped = 0;
    skipped = 0;
    overflowed = 0;
    largestNorm = Double.NaN;
  }

  /** Returns the window as key=value pairs. */
  @Override
  public String toString() {
    return "steps="
        + steps
        + " clipped="
        + clipped
        + " largestNormBeforeClip="
        + Numbers.formatIfFinite(largestNorm)
        + " skipped="
        + skipped
        + (overflowed == 0 ? "" : " overflowed=" + overflowed);
  }
}
