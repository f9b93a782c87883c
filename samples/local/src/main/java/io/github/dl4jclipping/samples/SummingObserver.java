package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;

/** Sums up the reports of all networks in this JVM that it observes. */
final class SummingObserver implements ClipObserver {

  private static final long serialVersionUID = 1L;

  // volatile: told by the workers' threads, one at a time, and read by another
  private volatile ClipSummary summary = ClipSummary.EMPTY;

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // observers are never called concurrently
  public void onStep(ClipReport report) {
    summary = summary.plus(report);
  }

  /** Returns what was told so far. */
  ClipSummary summary() {
    return summary;
  }
}
