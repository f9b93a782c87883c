package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.report.ClipReport;

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
  WORKER("worker");

  private final String title;

  Column(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  Object valueIn(ClipReport report) {
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
    };
  }

  /** Returns whether a number that is not finite says "there is none" here, which is no flaw. */
  boolean mayBeAbsent() {
    return this == COEFFICIENT || this == MAX_NORM;
  }
}
