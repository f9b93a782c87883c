package io.github.dl4jclipping.benchmarks.report;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Holds a requirement and all numbers that it applies to.
 *
 * @param requirement the requirement as text
 * @param findings the numbers; empty if nothing was measured
 */
record Bar(String requirement, List<Finding> findings) {

  private static final int SHOWN = 6;
  private static final Comparator<Finding> WORST_FIRST =
      Comparator.comparingDouble(Finding::load).reversed();

  String verdict() {
    if (findings.isEmpty()) {
      return "not measured";
    }
    return missed().isEmpty() ? "met" : "**missed**";
  }

  /**
   * Returns all findings that miss the requirement, worst first; if there are none, the nearest
   * one.
   */
  String figures() {
    List<Finding> missed = missed();
    if (missed.isEmpty()) {
      return findings.stream()
          .max(Comparator.comparingDouble(Finding::load))
          .map(worst -> (findings.size() > 1 ? "nearest of " + findings.size() + ": " : "") + worst)
          .orElse("");
    }
    String list =
        missed.stream().limit(SHOWN).map(Finding::toString).collect(Collectors.joining("; "));
    String more = missed.size() > SHOWN ? "; ..." : "";
    return missed.size() + " of " + findings.size() + ": " + list + more;
  }

  private List<Finding> missed() {
    return findings.stream().filter(f -> !f.met()).sorted(WORST_FIRST).toList();
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
