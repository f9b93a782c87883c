package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.report.ClipSummary;
import java.time.Duration;
import java.util.List;

/**
 * Holds what workers did with one network.
 *
 * @param scores DL4J's score after each round, that is, after each averaging of parameters
 * @param stopped whether a gradient that is not finite ended the run before it was applied; the
 *     round that it ended has no score
 */
record WorkersResult(
    Contender contender,
    List<Double> scores,
    boolean stopped,
    ClipSummary summary,
    Duration wallTime) {

  /** Rounds whose mean is the last score. */
  static final int LAST_ROUNDS = 3;

  private static final double LEARNED = 0.9;

  /** Copies the list. */
  WorkersResult {
    scores = List.copyOf(scores);
  }

  /** Returns how the run ended. */
  Ending ending() {
    if (stopped) {
      return Ending.STOPPED;
    }
    if (summary.passedNonFinite() > 0 || !Double.isFinite(lastScore())) {
      return Ending.DIVERGED;
    }
    return lastScore() <= LEARNED * firstScore() ? Ending.LEARNED : Ending.DID_NOT_LEARN;
  }

  /** Returns the round that was the last, from 1. */
  int lastRound() {
    return stopped ? scores.size() + 1 : scores.size();
  }

  /** Returns the score after the first round; NaN if there was none. */
  double firstScore() {
    return scores.isEmpty() ? Double.NaN : scores.get(0);
  }

  /** Returns the mean score of the last three rounds; not finite if one of them is not. */
  double lastScore() {
    return scores.stream()
        .skip(Math.max(0, scores.size() - LAST_ROUNDS))
        .mapToDouble(score -> score)
        .average()
        .orElse(Double.NaN);
  }
}
