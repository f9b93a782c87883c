package io.github.dl4jclipping.samples.cluster;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;
import org.apache.spark.util.AccumulatorV2;

/**
 * Sums up the reports of the executors on the driver.
 *
 * <p>Spark adds the part of each task that succeeds. The steps of a failed task are not counted. If
 * a task runs successfully twice, because its result was lost, its steps are counted twice.
 */
public final class ClipSummaryAccumulator extends AccumulatorV2<ClipReport, ClipSummary> {

  private static final long serialVersionUID = 1L;

  // volatile, because the executor's heartbeat reads it while the task adds
  private volatile ClipSummary summary = ClipSummary.EMPTY;

  @Override
  public boolean isZero() {
    return summary.steps() == 0;
  }

  @Override
  public ClipSummaryAccumulator copy() {
    ClipSummaryAccumulator copy = new ClipSummaryAccumulator();
    copy.summary = summary;
    return copy;
  }

  @Override
  public void reset() {
    summary = ClipSummary.EMPTY;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // one task adds, on one thread
  public void add(ClipReport report) {
    summary = summary.plus(report);
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // Spark's scheduler merges, on one thread
  public void merge(AccumulatorV2<ClipReport, ClipSummary> other) {
    summary = summary.plus(other.value());
  }

  @Override
  public ClipSummary value() {
    return summary;
  }
}
