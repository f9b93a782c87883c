package io.github.dl4jclipping.benchmarks.report;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A requirement and all numbers that stand under it.
 *
 * @param requirement in words
 * @param findings none if nothing was measured
 */
record Bar(String requirement, List<Finding> findings) {

  private static final int SHOWN = 6;
  private static final Comparator<Finding> WORST_FIRST =
      Comparator.comparingDouble(Finding::load).reversed();

  String verdict() {
    if (findings.isEmpty()) {
      return "not measured";
    }
    if (!with(Finding.Verdict.MISSED).isEmpty()) {
      return "**missed**";
    }
    return with(Finding.Verdict.NOT_DECIDED).isEmpty() ? "met" : "not decided";
  }

  /**
   * Returns all that missed, the worst first, and all that are not decided; if there are none, the
   * one that came nearest.
   */
  String figures() {
    List<Finding> missed = with(Finding.Verdict.MISSED);
    List<Finding> open = with(Finding.Verdict.NOT_DECIDED);
    if (missed.isEmpty() && open.isEmpty()) {
      return findings.stream()
          .max(Comparator.comparingDouble(Finding::load))
          .map(worst -> (findings.size() > 1 ? "nearest of " + findings.size() + ": " : "") + worst)
          .orElse("");
    }
    return Stream.of(list(missed, ""), list(open, "not decided, "))
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private String list(List<Finding> some, String prefix) {
    if (some.isEmpty()) {
      return "";
    }
    String list =
        some.stream().limit(SHOWN).map(Finding::toString).collect(Collectors.joining("; "));
    String more = some.size() > SHOWN ? "; ..." : "";
    return prefix + some.size() + " of " + findings.size() + ": " + list + more;
  }

  private List<Finding> with(Finding.Verdict verdict) {
    return findings.stream().filter(f -> f.verdict() == verdict).sorted(WORST_FIRST).toList();
  }

  /** Returns the table of all bars. */
  static String table(List<Bar> bars) {
    StringBuilder table = new StringBuilder("| bar | | figures |\n|---|---|---|");
    for (Bar bar : bars) {
      table
          .append("\n| ")
          .append(bar.requirement())
          .append(" | ")
          .append(bar.verdict())
          .append(" | ")
          .append(bar.figures())
          .append(" |");
    }
    return table.toString();
  }
}
