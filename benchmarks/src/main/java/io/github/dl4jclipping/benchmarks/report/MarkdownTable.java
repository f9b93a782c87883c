package io.github.dl4jclipping.benchmarks.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Builds a Markdown table, with numbers to the right of the first column. */
final class MarkdownTable {

  private final List<String> lines = new ArrayList<>();

  MarkdownTable(List<String> header) {
    row(header);
    lines.add("|---|" + String.join("", Collections.nCopies(header.size() - 1, "---:|")));
  }

  MarkdownTable row(List<String> cells) {
    lines.add("| " + String.join(" | ", cells) + " |");
    return this;
  }

  @Override
  public String toString() {
    return String.join("\n", lines);
  }
}
