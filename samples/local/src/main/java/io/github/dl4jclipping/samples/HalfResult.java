package io.github.dl4jclipping.samples;

import java.time.Duration;
import java.util.List;

/**
 * What became of one network in one precision.
 *
 * @param setting how it was trained
 * @param scores the score of each step that was applied, for a loss of weight 1
 * @param zeros the mean share of exact zeros among the gradient's elements
 * @param overflows the steps skipped because the scaled gradient overflowed
 * @param brokenAt the iteration whose gradient was not finite, -1 if none was
 * @param wallTime of the whole run
 */
record HalfResult(
    HalfContender contender,
    HalfSetting setting,
    List<Double> scores,
    double zeros,
    long overflows,
    int brokenAt,
    Duration wallTime) {

  private static final int STEPS = 10;

  /** Returns the score of the first step, NaN where there was none. */
  double firstScore() {
    return scores.isEmpty() ? Double.NaN : scores.get(0);
  }

  /** Returns the mean score of the last steps, NaN where training broke. */
  double lastScore() {
    return scoreAt(1);
  }

  /** Returns the mean score of the steps up to a share of the run, NaN where training broke. */
  double scoreAt(double share) {
    int end = (int) Math.round(scores.size() * share);
    return brokenAt >= 0
        ? Double.NaN
        : scores.subList(Math.max(0, end - STEPS), end).stream()
            .mapToDouble(Double::doubleValue)
            .average()
            .orElse(Double.NaN);
  }
}
