package io.github.dl4jclipping.forensics;

import java.util.Arrays;
import java.util.List;

/**
 * Says whether norms grew before a step, or gave no sign.
 *
 * @param steps how many steps with a finite norm there were
 * @param smallest the smallest norm
 * @param largest the largest norm
 * @param growth the largest norm of the last quarter over the median of the first quarter
 */
record NormTrend(int steps, double smallest, double largest, double growth) {

  /** Steps below which nothing is said. */
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
      return "No step before it had a finite norm.";
    }
    String range = OriginText.number(smallest) + " to " + OriginText.number(largest);
    if (steps < FEWEST) {
      return "Too few steps before it to see a trend: norms " + range + ".";
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
