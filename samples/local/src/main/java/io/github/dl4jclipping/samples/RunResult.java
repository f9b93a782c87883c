package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/**
 * Holds what one run did, and sums it up.
 *
 * @param steps one or more, in order; those after a broken one count for nothing
 */
record RunResult(Contender contender, List<ClipReport> steps, Duration wallTime) {

  /** Steps whose mean is the last score. */
  static final int LAST_STEPS = 10;

  private static final double LEARNED = 0.9;

  /** Copies the list. */
  RunResult {
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("steps must not be empty");
    }
  }

  /** Returns whether a step had numbers to go on: its score and its gradient are finite. */
  static boolean isSane(ClipReport step) {
    return Double.isFinite(step.score()) && Double.isFinite(step.norm());
  }

  /** Returns how the run ended. */
  Ending ending() {
    if (brokenAt().isPresent()) {
      return steps.stream().anyMatch(step -> step.outcome() == StepOutcome.RAISED)
          ? Ending.STOPPED
          : Ending.DIVERGED;
    }
    return lastScore() <= LEARNED * firstScore() ? Ending.LEARNED : Ending.DID_NOT_LEARN;
  }

  /** Returns DL4J's iteration, from 0, whose score or gradient was the first not to be finite. */
  OptionalInt brokenAt() {
    return steps.stream().filter(step -> !isSane(step)).mapToInt(ClipReport::iteration).findFirst();
  }

  /** Returns the score of the first step. */
  double firstScore() {
    return steps.get(0).score();
  }

  /** Returns the mean score of the last ten steps; not finite if one of them is not. */
  double lastScore() {
    return steps.stream()
        .skip(Math.max(0, steps.size() - LAST_STEPS))
        .mapToDouble(ClipReport::score)
        .average()
        .orElseThrow();
  }

  /** Returns the share of steps that were clipped. */
  double clippedShare() {
    return (double) steps.stream().filter(contender::isClipped).count() / steps.size();
  }

  /** Returns the finite norms. */
  DescriptiveStatistics norms() {
    return new DescriptiveStatistics(
        steps.stream().mapToDouble(ClipReport::norm).filter(Double::isFinite).toArray());
  }
}
