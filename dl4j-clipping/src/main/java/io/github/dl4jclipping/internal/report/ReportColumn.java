package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lists the values of a report that CSV, JSON Lines and metrics carry, without the norm of each
 * parameter and the parts. Order and titles are a file format.
 */
public enum ReportColumn {
  ITERATION("iteration", ClipReport::iteration),
  EPOCH("epoch", ClipReport::epoch),
  SCORE("score", ClipReport::score),
  NORM(
      "norm",
      ClipReport::norm,
      Metric.DISTRIBUTION,
      "Global norm of the mean gradient before clipping"),
  CLIPPED_NORM(
      "clippedNorm",
      ClipReport::clippedNorm,
      Metric.DISTRIBUTION_OF_APPLIED,
      "Global norm of the gradient that the updater received"),
  COEFFICIENT(
      "coefficient",
      ClipReport::coefficient,
      Metric.DISTRIBUTION_OF_APPLIED,
      "Factor on the gradient"),
  MAX_NORM("maxNorm", ClipReport::maxNorm),
  OUTCOME("outcome", report -> report.outcome().name()),
  CLIPPED("clipped", ClipReport::isClipped),
  WORKER("worker", ClipReport::worker),
  LOSS_SCALE("lossScale", ofLossScale(LossScaleStatus::scale), Metric.GAUGE, "Factor on the loss"),
  LOSS_SCALE_GOOD_STEPS(
      "lossScaleGoodSteps",
      ofLossScale(LossScaleStatus::goodSteps),
      Metric.GAUGE,
      "Consecutive finite steps since the loss scale last changed"),
  LOSS_SCALE_OVERFLOWS(
      "lossScaleOverflows",
      ofLossScale(LossScaleStatus::overflows),
      Metric.GAUGE,
      "Steps skipped because the scaled gradient overflowed");

  /** Defines how metrics publish a column. */
  public enum Metric {
    /** Not published. */
    NONE,
    /** The distribution of the finite values. */
    DISTRIBUTION,
    /** The distribution of the finite values in steps that were applied. */
    DISTRIBUTION_OF_APPLIED,
    /** The last value, once there is one. */
    GAUGE
  }

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // none of the functions has state
  private final Function<ClipReport, @Nullable Object> value;

  private final Metric metric;
  private final String description;

  ReportColumn(String title, Function<ClipReport, @Nullable Object> value) {
    this(title, value, Metric.NONE, "");
  }

  ReportColumn(
      String title,
      Function<ClipReport, @Nullable Object> value,
      Metric metric,
      String description) {
    this.title = title;
    this.value = value;
    this.metric = metric;
    this.description = description;
  }

  private static Function<ClipReport, @Nullable Object> ofLossScale(
      Function<LossScaleStatus, Number> number) {
    return report -> report.lossScale() == null ? null : number.apply(report.lossScale());
  }

  /** Returns the name in files. */
  public String title() {
    return title;
  }

  /** Returns how metrics publish this column. */
  public Metric metric() {
    return metric;
  }

  /** Returns the name of the metric: the title in lower case, with dots between the words. */
  public String metricName() {
    return title.replaceAll("([A-Z])", ".$1").toLowerCase(Locale.ROOT);
  }

  /** Returns the description of the metric. */
  public String description() {
    return description;
  }

  /** Returns the value in a report: a number, a string or a boolean; null if there is none. */
  public @Nullable Object valueIn(ClipReport report) {
    return value.apply(report);
  }

  /**
   * Returns whether a non-finite number here means that there is no value, which is not an error.
   */
  public boolean mayBeAbsent() {
    return this == COEFFICIENT || this == MAX_NORM;
  }
}
