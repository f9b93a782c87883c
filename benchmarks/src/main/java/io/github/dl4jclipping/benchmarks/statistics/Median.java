package io.github.dl4jclipping.benchmarks.statistics;

import java.util.Arrays;
import org.apache.commons.math3.distribution.BinomialDistribution;

/**
 * Holds a median and its confidence interval, which contains the true median in at least 95 of 100
 * samples. The interval comes from the sample's order statistics, without an assumption about the
 * distribution.
 *
 * @param value the median
 * @param low the interval's lower end
 * @param high the interval's upper end
 */
public record Median(double value, double low, double high) {

  private static final double OUTSIDE = 0.05;

  /**
   * Returns the median of a sample. With fewer than six values no interval reaches 95 %, and the
   * interval is the whole range.
   *
   * @throws IllegalArgumentException if there are no values
   */
  public static Median of(double... sample) {
    int n = sample.length;
    if (n == 0) {
      throw new IllegalArgumentException("a median needs at least one value");
    }
    double[] sorted = sample.clone();
    Arrays.sort(sorted);
    int below = below(n);
    return new Median(
        (sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[below], sorted[n - 1 - below]);
  }

  /** Returns how many values the interval may leave out on either side. */
  private static int below(int n) {
    int quantile = new BinomialDistribution(n, 0.5).inverseCumulativeProbability(OUTSIDE / 2);
    // The quantile is the first whose cumulative probability reaches 2.5 %: one less stays below.
    return Math.max(0, quantile - 1);
  }

  /** Returns this by another of another sample; the interval holds whatever the two may be. */
  public Median by(Median other) {
    return new Median(value / other.value, low / other.high, high / other.low);
  }

  /** Returns this median in another unit. */
  public Median times(double factor) {
    return new Median(value * factor, low * factor, high * factor);
  }
}
