package io.github.dl4jclipping.benchmarks.half;

import java.util.List;

/**
 * Holds one run of one contender.
 *
 * @param stretch the number of steps over which a score is averaged
 * @param scores the mean score of each stretch, for a loss of weight 1; fewer if the run ended
 *     early
 * @param zeros the mean share of exact zeros among the gradient's elements
 * @param overflows the steps skipped because the scaled gradient overflowed
 * @param brokenAt the iteration whose gradient was non-finite; -1 if there was none
 * @param micros the median time of a step
 */
public record HalfRun(
    HalfProblem problem,
    HalfContender contender,
    int stretch,
    List<Double> scores,
    double zeros,
    long overflows,
    int brokenAt,
    double micros) {

  /** Returns the mean score of the last stretch; NaN if the run ended early. */
  public double lastScore() {
    return brokenAt >= 0 || scores.isEmpty() ? Double.NaN : scores.get(scores.size() - 1);
  }
}
