package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.training.MemoryResult;
import io.github.dl4jclipping.benchmarks.training.Variant;
import java.util.List;
import java.util.Locale;

/** Writes the table of the memory that many steps kept, and checks the requirement. */
final class MemoryReport {

  /**
   * The allowed growth of the process for code and similar memory that does not come from steps: 16
   * MiB.
   */
  private static final double NOISE = 16 << 20;

  private final List<MemoryResult> results;

  MemoryReport(List<MemoryResult> results) {
    this.results = results;
  }

  String table() {
    MarkdownTable table =
        new MarkdownTable(List.of("variant", "steps", "JavaCPP's count", "the process"));
    for (MemoryResult result : results) {
      table.row(
          List.of(
              result.variant().title(),
              String.format(Locale.ROOT, "%,d", result.steps()),
              bytes(result.totalBytes()),
              bytes(result.physicalBytes())));
    }
    return table.toString();
  }

  Bar bar() {
    return new Bar(
        "Flat off-heap memory: JavaCPP's count grows by nothing, the process by at most 16 MiB",
        results.stream()
            .filter(r -> r.variant() == Variant.NEVER || r.variant() == Variant.ALWAYS)
            .map(MemoryReport::finding)
            .toList());
  }

  private static Finding finding(MemoryResult result) {
    double load = result.totalBytes() > 0 ? 2 : result.physicalBytes() / NOISE;
    String figure =
        bytes(result.totalBytes())
            + " and "
            + bytes(result.physicalBytes())
            + String.format(Locale.ROOT, " in %,d steps", result.steps());
    return new Finding(result.variant().title(), figure, load);
  }

  private static String bytes(long bytes) {
    return String.format(Locale.ROOT, "%+,d B", bytes);
  }
}
