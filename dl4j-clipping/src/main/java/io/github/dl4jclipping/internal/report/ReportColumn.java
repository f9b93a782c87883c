package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a report, beside the norm of each parameter and the parts: what CSV, JSON Lines
 * and metrics have of each step. Their order and their titles are a file format.
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
      "Global norm of the gradient that the updater got"),
  COEFFICIENT(
      "coefficient",
      ClipReport::coefficient,
      Metric.DISTRIBUTION_OF_APPLIED,
      "What the gradient was multiplied by"),
  MAX_NORM("maxNorm", ClipReport::maxNorm),
  OUTCOME("outcome", report -> report.outcome().name()),
  CLIPPED("clipped", ClipReport::isClipped),
  WORKER("worker", ClipReport::worker),
  LOSS_SCALE(
      "lossScale",
      ofLossScale(LossScaleStatus::scale),
      Metric.GAUGE,
      "What the loss is multiplied by"),
  LOSS_SCALE_GOOD_STEPS(
      "lossScaleGoodSteps",
      ofLossScale(LossScaleStatus::goodSteps),
      Metric.GAUGE,
      "Good steps in a row since the loss scale last changed"),
  LOSS_SCALE_OVERFLOWS(
      "lossScaleOverflows",
      ofLossScale(LossScaleStatus::overflows),
      Metric.GAUGE,
      "Steps skipped because the scaled gradient overflowed");

  /** How metrics tell of a column. */
  public enum Metric {
    /** Not at all. */
    NONE,
    /** By the distribution of its finite values. */
    DISTRIBUTION,
    /** By the distribution of its finite values in steps that were applied. */
    DISTRIBUTION_OF_APPLIED,
    /** By its last value, once there is one. */
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

  /** Returns its name in files. */
  public String title() {
    return title;
  }

  /** Returns how metrics tell of it. */
  public Metric metric() {
    return metric;
  }

  /** Returns its name among metrics: its title with dots between the words. */
  public String metricName() {
    return title.replaceAll("([A-Z])", ".$1").toLowerCase(Locale.ROOT);
  }

  /** Returns what metrics say of it. */
  public String description() {
    return description;
  }

  /** Returns the value in a report: a number, a string or a boolean; null where there is none. */
  public @Nullable Object valueIn(ClipReport report) {
    return value.apply(report);
  }

  /** Returns whether a number that is not finite says "there is none" here, which is no flaw. */
  public boolean mayBeAbsent() {
    return this == COEFFICIENT || this == MAX_NORM;
  }
}
