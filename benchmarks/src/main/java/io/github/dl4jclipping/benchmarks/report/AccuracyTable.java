package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.kernel.AccuracyResult;
import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Writes the table of the relative errors of norms. */
final class AccuracyTable {

  private final List<AccuracyResult> results;

  AccuracyTable(List<AccuracyResult> results) {
    this.results = results;
  }

  @Override
  public String toString() {
    List<Contender> contenders =
        results.stream().map(AccuracyResult::contender).distinct().sorted().toList();
    MarkdownTable table =
        new MarkdownTable(row("parameters", contenders.stream().map(Contender::title)));
    for (Workload workload : results.stream().map(AccuracyResult::workload).distinct().toList()) {
      table.row(row(Text.workload(workload), contenders.stream().map(c -> error(c, workload))));
    }
    return table.toString();
  }

  private String error(Contender contender, Workload workload) {
    return results.stream()
        .filter(r -> r.contender() == contender && r.workload().equals(workload))
        .findFirst()
        .map(r -> String.format(Locale.ROOT, "%.1e", r.relativeError()))
        .orElse("-");
  }

  private static List<String> row(String first, Stream<String> others) {
    return Stream.concat(Stream.of(first), others).toList();
  }
}
