package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.rule.QuantileSketch;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts norms in bins of equal width, or of equal ratio where they span more than a factor of 20.
 *
 * @param zeros norms that are 0 and have no place on a logarithmic scale; always 0 on a linear one
 */
record Histogram(boolean logarithmic, List<Double> edges, List<Long> counts, long zeros) {

  private static final int BINS = 40;
  private static final double LINEAR = 20;

  /** Returns the histogram of some norms; without bins where there are none. */
  static Histogram of(QuantileSketch norms) {
    double high = norms.largest();
    if (norms.count() == 0 || high == 0) {
      return new Histogram(false, List.of(), List.of(), norms.count());
    }
    long zeros = norms.count() - norms.countAbove(0);
    double low = zeros == 0 ? norms.smallest() : firstPositive(norms, zeros);
    boolean logarithmic = zeros > 0 || high / low > LINEAR;
    List<Double> edges = edges(low, high, logarithmic);
    return new Histogram(logarithmic, edges, counts(norms, edges, zeros), zeros);
  }

  private static List<Long> counts(QuantileSketch norms, List<Double> edges, long zeros) {
    List<Long> counts = new ArrayList<>();
    long below = zeros;
    for (double edge : edges.subList(1, edges.size())) {
      long upTo = norms.count() - norms.countAbove(edge);
      counts.add(upTo - below);
      below = upTo;
    }
    return counts;
  }

  private static double firstPositive(QuantileSketch norms, long zeros) {
    double rank = (double) zeros / Math.max(1, norms.count() - 1);
    double low = norms.quantile(Math.min(1, Math.nextUp(rank)));
    return low > 0 ? low : norms.largest();
  }

  private static List<Double> edges(double low, double high, boolean logarithmic) {
    if (low == high) {
      return List.of(low, high);
    }
    List<Double> edges = new ArrayList<>();
    for (int i = 0; i < BINS; i++) {
      double share = (double) i / BINS;
      edges.add(
          i == 0
              ? low
              : logarithmic
                  ? Math.exp(Math.log(low) + share * (Math.log(high) - Math.log(low)))
                  : low + share * (high - low));
    }
    edges.add(high);
    return edges;
  }
}
