package io.github.dl4jclipping.samples;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** Lays results out for a terminal of 100 columns. */
final class ResultTable {

  private ResultTable() {}

  /** Returns one line for each result, under a head and above what the columns mean. */
  static String of(List<RunResult> results) {
    return row(
            "", "first", "last", "diverged", "clipped", "skipped", "norm p50", "norm max", "time")
        + results.stream().map(ResultTable::row).collect(Collectors.joining())
        + System.lineSeparator()
        + notes();
  }

  private static String row(RunResult result) {
    DescriptiveStatistics norms = result.norms();
    return row(
        result.contender().label(),
        number(result.firstScore()),
        number(result.lastScore()),
        diverged(result),
        String.format(Locale.ROOT, "%.0f %%", 100 * result.clippedShare()),
        String.valueOf(result.skipped()),
        number(norms.getPercentile(50)),
        number(norms.getMax()),
        String.format(Locale.ROOT, "%.1f s", result.wallTime().toMillis() / 1000.0));
  }

  private static String row(String... cells) {
    return String.format(
        Locale.ROOT, "%-20s %8s %8s  %-13s %7s %8s %8s %8s %7s%n", (Object[]) cells);
  }

  private static String notes() {
    return String.format(
        Locale.ROOT,
        """
        first, last  DL4J's score, summed over the %d characters of a step: first step, mean of last %d
        diverged     at which iteration; a batch is %d of them
        clipped      share of the steps; with ClipL2PerLayer, those in which any layer was clipped
        skipped      steps whose gradient was not finite and did not reach the network
        norm         L2, of the gradient of the whole network, measured by dl4j-clipping in all runs:
                     before it clips, after ClipL2PerLayer did; measuring does not change training
        time         of the whole run, data included, beside whatever else this machine does
        """,
        CharacterNetwork.STEP_LENGTH,
        RunResult.LAST_STEPS,
        CharacterBatches.LENGTH / CharacterNetwork.STEP_LENGTH);
  }

  private static String diverged(RunResult result) {
    return result.brokenAt().isEmpty() ? "no" : "iteration " + result.brokenAt().getAsInt();
  }

  /** Returns a number in at most eight characters. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "NaN" : value > 0 ? "Inf" : "-Inf";
    }
    return String.format(Locale.ROOT, Math.abs(value) < 1e5 ? "%.1f" : "%.1e", value);
  }
}
