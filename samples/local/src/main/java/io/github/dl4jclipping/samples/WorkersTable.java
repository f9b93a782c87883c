package io.github.dl4jclipping.samples;

import static io.github.dl4jclipping.samples.ResultTable.number;

import io.github.dl4jclipping.report.ClipSummary;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lays out what workers did, for a terminal of 100 columns, and says it in one sentence. */
final class WorkersTable {

  private WorkersTable() {}

  /** Returns one line for each result, under a head and above what the columns mean. */
  static String of(List<WorkersResult> results) {
    return row("", "first", "last", "steps", "clipped", "NaN/Inf", "norm mean", "norm max", "time")
        + results.stream().map(WorkersTable::row).collect(Collectors.joining())
        + System.lineSeparator()
        + notes();
  }

  private static String row(WorkersResult result) {
    ClipSummary summary = result.summary();
    return row(
        result.contender().label(),
        number(result.firstScore()),
        number(result.lastScore()),
        String.valueOf(summary.steps()),
        String.format(Locale.ROOT, "%.0f %%", 100 * summary.clippedShare()),
        String.valueOf(summary.nonFinite()),
        number(summary.meanNorm()),
        number(summary.largestNorm()),
        String.format(Locale.ROOT, "%.1f s", result.wallTime().toMillis() / 1000.0));
  }

  private static String row(String... cells) {
    return String.format(Locale.ROOT, "%-20s %8s %8s %6s %8s %8s %10s %9s %8s%n", (Object[]) cells);
  }

  private static String notes() {
    return String.format(
        Locale.ROOT,
        """
        first, last  DL4J's score after a round, mean of the workers: first round, mean of last %d;
                     a round is %d batches for each of %d workers, then parameters are averaged
        steps        of all workers together; each clips the gradient of its own batch
        NaN/Inf      steps whose gradient was not finite
        norm         L2, before clipping, of those that were finite
        time         of the whole run, data included, beside whatever else this machine does
        """,
        WorkersResult.LAST_ROUNDS,
        Workers.AVERAGING_FREQUENCY,
        Workers.COUNT);
  }

  /** Returns one sentence with a clause for each result, in order. */
  static String verdict(List<WorkersResult> results) {
    return results.stream()
        .map(result -> result.contender().label() + " " + clause(result))
        .collect(
            Collectors.joining(
                "; ",
                "On "
                    + Workers.COUNT
                    + " workers, from the same seed, at learning rate "
                    + CharacterNetwork.LEARNING_RATE
                    + ": ",
                "."));
  }

  private static String clause(WorkersResult result) {
    return switch (result.ending()) {
      case LEARNED -> "learned" + scores(result);
      case DID_NOT_LEARN -> "did not learn" + scores(result);
      case DIVERGED -> "diverged in round " + result.lastRound();
      case STOPPED ->
          "was stopped in round "
              + result.lastRound()
              + ", before a gradient that is not finite reached the parameters";
    };
  }

  private static String scores(WorkersResult result) {
    return String.format(
        Locale.ROOT, " (score %s to %s)", number(result.firstScore()), number(result.lastScore()));
  }
}
