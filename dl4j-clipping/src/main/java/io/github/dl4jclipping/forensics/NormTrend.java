package io.github.dl4jclipping.forensics;

import java.util.Arrays;
import java.util.List;

/**
 * Summarizes the norms before a step: whether they grew steadily or not.
 *
 * @param steps the number of steps with a finite norm
 * @param smallest the smallest norm
 * @param largest the largest norm
 * @param growth the largest norm of the last quarter, divided by the median of the first quarter
 */
record NormTrend(int steps, double smallest, double largest, double growth) {

  /** The smallest number of steps that shows a trend. */
  private static final int FEWEST = 4;

  private static final double EXPLOSION = 10;

  static NormTrend of(List<HistoryPoint> history) {
    double[] norms =
        history.stream().mapToDouble(HistoryPoint::norm).filter(Double::isFinite).toArray();
    if (norms.length == 0) {
      return new NormTrend(0, Double.NaN, Double.NaN, Double.NaN);
    }
    int quarter = (norms.length + 3) / 4;
    double[] first = Arrays.copyOf(norms, quarter);
    Arrays.sort(first);
    double last = Arrays.stream(norms, norms.length - quarter, norms.length).max().orElseThrow();
    return new NormTrend(
        norms.length,
        Arrays.stream(norms).min().orElseThrow(),
        Arrays.stream(norms).max().orElseThrow(),
        last / first[quarter / 2]);
  }

  boolean isExplosion() {
    return steps >= FEWEST && growth >= EXPLOSION;
  }

  String describe() {
    if (steps == 0) {
      return "No step before this one had a finite norm.";
    }
    String range = OriginText.number(smallest) + " to " + OriginText.number(largest);
    if (steps < FEWEST) {
      return "There were too few steps before to see a trend; their norms were " + range + ".";
    }
    return isExplosion()
        ? "The norms grew steadily: "
            + OriginText.number(growth)
            + "-fold over the "
            + steps
            + " steps before ("
            + range
            + ")."
        : "There was no sign in the norms before: over "
            + steps
            + " steps they were "
            + range
            + ".";
  }
}
