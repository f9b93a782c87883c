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
 * @param found where the values were that broke steps
 */
record RunResult(
    Contender contender, List<ClipReport> steps, List<String> found, Duration wallTime) {

  /** Steps whose mean is the last score. */
  static final int LAST_STEPS = 10;

  private static final double LEARNED = 0.9;

  /** Copies the lists. */
  RunResult {
    steps = List.copyOf(steps);
    found = List.copyOf(found);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("steps must not be empty");
    }
  }

  /** Returns whether training can go on: score and gradient are finite, or the step was skipped. */
  static boolean isSane(ClipReport step) {
    return isSkipped(step) || (Double.isFinite(step.score()) && Double.isFinite(step.norm()));
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

  private static boolean isSkipped(ClipReport step) {
    return step.outcome() == StepOutcome.SKIPPED;
  }

  /** Returns how many steps were skipped. */
  long skipped() {
    return steps.stream().filter(RunResult::isSkipped).count();
  }

  /** Returns the mean score of the last ten steps not skipped; not finite if one of them is not. */
  double lastScore() {
    List<ClipReport> counted = steps.stream().filter(step -> !isSkipped(step)).toList();
    return counted.stream()
        .skip(Math.max(0, counted.size() - LAST_STEPS))
        .mapToDouble(ClipReport::score)
        .average()
        .orElse(Double.NaN);
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
