package io.github.dl4jclipping.benchmarks.half;

import java.util.List;

/**
 * One run of one contender.
 *
 * @param stretch over how many steps a score is averaged
 * @param scores the mean score of each stretch, for a loss of weight 1; fewer where the run broke
 * @param zeros the mean share of exact zeros among the gradient's elements
 * @param overflows the steps skipped because the scaled gradient overflowed
 * @param brokenAt the iteration whose gradient was not finite, -1 if none was
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

  /** Returns the mean score of the last stretch, NaN where the run broke. */
  public double lastScore() {
    return brokenAt >= 0 || scores.isEmpty() ? Double.NaN : scores.get(scores.size() - 1);
  }
}
