package io.github.dl4jclipping.samples;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lays the results in several precisions out side by side. */
final class HalfTable {

  private HalfTable() {}

  /** Returns one line for each result, under a head and above what the columns mean. */
  static String of(List<HalfResult> results) {
    return row(
            "",
            "precision",
            "first",
            "1/4",
            "1/2",
            "3/4",
            "last",
            "broke",
            "zeros",
            "overflows",
            "time")
        + results.stream().map(HalfTable::row).collect(Collectors.joining())
        + System.lineSeparator()
        + """
        first        DL4J's score of the first step, summed over its characters
        1/4 to last  the mean score of 10 steps up to there
        broke        the iteration whose gradient was not finite
        zeros        share of the gradient's elements that are exactly 0; characters that a batch
                     does not have are among them, in every precision
        overflows    steps skipped because the scaled gradient overflowed, which is expected
        time         of the whole run; HALF has no fast path on a CPU
        """;
  }

  private static String row(HalfResult result) {
    return row(
        result.setting().label(),
        result.contender().label(),
        ResultTable.number(result.firstScore()),
        ResultTable.number(result.scoreAt(0.25)),
        ResultTable.number(result.scoreAt(0.5)),
        ResultTable.number(result.scoreAt(0.75)),
        ResultTable.number(result.lastScore()),
        result.brokenAt() < 0 ? "no" : "iteration " + result.brokenAt(),
        String.format(Locale.ROOT, "%.1f %%", 100 * result.zeros()),
        String.valueOf(result.overflows()),
        String.format(Locale.ROOT, "%.1f s", result.wallTime().toMillis() / 1000.0));
  }

  private static String row(String... cells) {
    return String.format(
        Locale.ROOT, "%-17s %-19s %7s %7s %7s %7s %7s  %-13s %7s %10s %8s%n", (Object[]) cells);
  }
}
