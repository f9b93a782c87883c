package io.github.dl4jclipping.samples;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says in one sentence what was seen, and nothing else. */
final class Verdict {

  private Verdict() {}

  /** Returns one sentence with a clause for each result, in order. */
  static String of(List<RunResult> results) {
    return results.stream()
        .map(result -> result.contender().label() + " " + clause(result))
        .collect(
            Collectors.joining(
                "; ",
                "From the same seed, at learning rate " + CharacterNetwork.LEARNING_RATE + ": ",
                "."));
  }

  private static String clause(RunResult result) {
    return switch (result.ending()) {
      case LEARNED -> "learned" + scores(result) + skipped(result);
      case DID_NOT_LEARN -> "did not learn" + scores(result) + skipped(result);
      case DIVERGED -> "diverged at iteration " + result.brokenAt().getAsInt();
      case STOPPED ->
          "was stopped at iteration "
              + result.brokenAt().getAsInt()
              + ", before a gradient that is not finite reached the parameters";
    };
  }

  private static String skipped(RunResult result) {
    long skipped = result.skipped();
    return skipped == 0 ? "" : " and skipped " + skipped + (skipped == 1 ? " step" : " steps");
  }

  private static String scores(RunResult result) {
    return String.format(
        Locale.ROOT,
        " (score %s to %s)",
        ResultTable.number(result.firstScore()),
        ResultTable.number(result.lastScore()));
  }
}
