package io.github.dl4jclipping.samples;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lays the outcomes of the policies out side by side. */
final class HuntTable {

  private HuntTable() {}

  /** Returns one line for each result, under a head. */
  static String of(List<HuntResult> results) {
    return row("policy", "steps", "broken", "ended", "parameters", "accuracy")
        + results.stream().map(HuntTable::row).collect(Collectors.joining());
  }

  private static String row(HuntResult result) {
    return row(
        result.policy().name(),
        String.valueOf(result.steps()),
        String.valueOf(result.incidents()),
        result.stopped() ? "by an exception" : "as planned",
        result.finite() ? "finite" : "NaN",
        String.format(Locale.ROOT, "%.0f %%", 100 * result.accuracy()));
  }

  private static String row(String... cells) {
    return String.format(Locale.ROOT, "%-8s %6s %7s  %-16s %-11s %8s%n", (Object[]) cells);
  }
}
