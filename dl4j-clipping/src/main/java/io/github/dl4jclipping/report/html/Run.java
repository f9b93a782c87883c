package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;
import io.github.dl4jclipping.report.ThresholdAdvisor;
import io.github.dl4jclipping.report.UpdateRatios;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects a run in memory that does not grow with its length. */
final class Run {

  /** Points of a chart: a desktop has not many more pixels. */
  static final int MAX_POINTS = 2000;

  final Buckets<StepBucket> steps = new Buckets<>(MAX_POINTS, StepBucket::new);
  final HeatMap heatMap = new HeatMap();
  final Workers workers = new Workers();
  final Incidents incidents = new Incidents();
  final ThresholdAdvisor advisor = new ThresholdAdvisor();

  private ClipSummary summary = ClipSummary.EMPTY;
  private boolean ascending = true;
  private @Nullable ClipReport last;
  private @Nullable ClipReport largest;
  private @Nullable ClipReport lastFinite;
  private @Nullable ClipReport firstNonFinite;
  private @Nullable ClipReport firstWithoutScore;
  private @Nullable ClipReport lastFiniteBefore;
  private double medianBefore = Double.NaN;

  void add(NonFiniteReport report) {
    incidents.add(report);
  }

  /** Adds the ratios of the update of the last step. */
  void add(UpdateRatios ratios) {
    List<StepBucket> all = steps.all();
    if (!all.isEmpty()) {
      all.get(all.size() - 1).add(ratios);
    }
  }

  void add(ClipReport report) {
    boolean measured = report.outcome().isMeasured();
    if (report.isNonFinite()) {
      incidents.learn(report);
      keepFirstNonFinite(report);
    } else if (measured && Double.isFinite(report.norm())) {
      largest = largest == null || report.norm() > largest.norm() ? report : largest;
      lastFinite = report;
    }
    if (firstWithoutScore == null && measured && !Double.isFinite(report.score())) {
      firstWithoutScore = report;
    }
    ascending &= last == null || report.iteration() > last.iteration();
    last = report;
    steps.add(report);
    if (measured) {
      heatMap.add(report); // an overflow breaks every parameter, and says something of none
    }
    workers.add(report);
    advisor.onStep(report);
    summary = summary.plus(report);
  }

  private void keepFirstNonFinite(ClipReport report) {
    if (firstNonFinite == null) {
      firstNonFinite = report;
      lastFiniteBefore = lastFinite;
      medianBefore = advisor.advice().p50();
    }
  }

  ClipSummary summary() {
    return summary;
  }

  /** Returns whether each step has an iteration greater than the one before. */
  boolean isAscending() {
    return ascending;
  }

  @Nullable ClipReport last() {
    return last;
  }

  /** Returns the finite step with the largest norm, the first of them. */
  @Nullable ClipReport largest() {
    return largest;
  }

  @Nullable ClipReport firstNonFinite() {
    return firstNonFinite;
  }

  /** Returns the first step whose score is not finite. */
  @Nullable ClipReport firstWithoutScore() {
    return firstWithoutScore;
  }

  /** Returns the last finite step before the first that was not. */
  @Nullable ClipReport lastFiniteBefore() {
    return lastFiniteBefore;
  }

  /** Returns the median of the norms before the first step that was not finite. */
  double medianBefore() {
    return medianBefore;
  }
}
