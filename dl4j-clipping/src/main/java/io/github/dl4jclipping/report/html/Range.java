package io.github.dl4jclipping.report.html;

/** The extremes of some numbers; those that are not finite are counted apart. */
final class Range {

  private double min = Double.NaN; // until there is a finite number
  private double max = Double.NaN;
  private int nan;
  private int infinite;

  void add(double value) {
    if (Double.isNaN(value)) {
      nan++;
    } else if (Double.isInfinite(value)) {
      infinite++;
    } else {
      min = value >= min ? min : value;
      max = value <= max ? max : value;
    }
  }

  void merge(Range other) {
    if (!Double.isNaN(other.min)) {
      add(other.min);
      add(other.max);
    }
    nan += other.nan;
    infinite += other.infinite;
  }

  /** Returns the smallest finite number, NaN where there is none. */
  double min() {
    return min;
  }

  /** Returns the largest finite number, NaN where there is none. */
  double max() {
    return max;
  }

  int nan() {
    return nan;
  }

  int infinite() {
    return infinite;
  }
}
