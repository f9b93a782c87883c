package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.statistics.Median;

/**
 * One number under a bar.
 *
 * @param where what was measured
 * @param figure the number, as it is written
 * @param load the number by what the bar allows: above 1 it is missed
 * @param verdict what the number says of the bar
 */
record Finding(String where, String figure, double load, Verdict verdict) {

  /** How far an interval may reach to either side of its median for the median to decide. */
  static final double NARROW = 0.05;

  /** What a number says of its bar. */
  enum Verdict {
    MET,
    MISSED,
    /** Its interval is too wide, or the bar lies within it. */
    NOT_DECIDED
  }

  /** Creates a finding that is exact, or whose interval nobody knows. */
  Finding(String where, String figure, double load) {
    this(where, figure, load, load <= 1 ? Verdict.MET : Verdict.MISSED);
  }

  /**
   * Returns the finding of a ratio.
   *
   * @param allowed what the bar allows
   */
  static Finding of(String where, String figure, Median ratio, double allowed) {
    return new Finding(where, figure, ratio.value() / allowed, verdict(ratio, allowed));
  }

  private static Verdict verdict(Median ratio, double allowed) {
    double half = Math.max(ratio.high() - ratio.value(), ratio.value() - ratio.low());
    Verdict verdict = byInterval(ratio, allowed);
    return half > NARROW * ratio.value() && verdict == Verdict.MET ? Verdict.NOT_DECIDED : verdict;
  }

  /** Returns the finding of a number that may be as wide as it likes, if it is below the bar. */
  static Finding atMost(String where, String figure, Median number, double allowed) {
    return new Finding(where, figure, number.value() / allowed, byInterval(number, allowed));
  }

  private static Verdict byInterval(Median number, double allowed) {
    if (number.low() > allowed) {
      return Verdict.MISSED;
    }
    return number.high() <= allowed ? Verdict.MET : Verdict.NOT_DECIDED;
  }

  @Override
  public String toString() {
    return where + ": " + figure;
  }
}
