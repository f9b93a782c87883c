package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import org.jspecify.annotations.Nullable;

/** What every row has, beside the norm of each parameter. */
enum Column {
  ITERATION("iteration"),
  EPOCH("epoch"),
  SCORE("score"),
  NORM("norm"),
  CLIPPED_NORM("clippedNorm"),
  COEFFICIENT("coefficient"),
  MAX_NORM("maxNorm"),
  OUTCOME("outcome"),
  CLIPPED("clipped"),
  WORKER("worker"),
  LOSS_SCALE("lossScale"),
  LOSS_SCALE_GOOD_STEPS("lossScaleGoodSteps"),
  LOSS_SCALE_OVERFLOWS("lossScaleOverflows");

  private final String title;

  Column(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Returns the value in a report, null where there is none. */
  @Nullable Object valueIn(ClipReport report) {
    LossScaleStatus scale = report.lossScale();
    return switch (this) {
      case ITERATION -> report.iteration();
      case EPOCH -> report.epoch();
      case SCORE -> report.score();
      case NORM -> report.norm();
      case CLIPPED_NORM -> report.clippedNorm();
      case COEFFICIENT -> report.coefficient();
      case MAX_NORM -> report.maxNorm();
      case OUTCOME -> report.outcome().name();
      case CLIPPED -> report.isClipped();
      case WORKER -> report.worker();
      case LOSS_SCALE -> scale == null ? null : scale.scale();
      case LOSS_SCALE_GOOD_STEPS -> scale == null ? null : scale.goodSteps();
      case LOSS_SCALE_OVERFLOWS -> scale == null ? null : scale.overflows();
    };
  }

  /** Returns whether a number that is not finite says "there is none" here, which is no flaw. */
  boolean mayBeAbsent() {
    return this == COEFFICIENT || this == MAX_NORM;
  }
}
