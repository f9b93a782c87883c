package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.internal.log.Numbers;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;

/**
 * Counts what happened to one network since the last line of the log. Not thread-safe: belongs to
 * the thread that trains the network.
 */
public final class ReportWindow {

  private int steps;
  private int clipped;
  private int skipped;
  private int overflowed;
  private double largestNorm = Double.NaN; // until there was a finite one

  /** Takes a step in. */
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

  /** Starts over. */
  public void reset() {
    steps = 0;
    clipped = 0;
    skipped = 0;
    overflowed = 0;
    largestNorm = Double.NaN;
  }

  /** Returns the window as key=value. */
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
