package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.training.GrowthPoint;
import java.util.List;
import java.util.Locale;

/** What a long run with everything that watches takes at its beginning and at its end. */
final class GrowthReport {

  private static final double MIB = 1 << 20;

  private final List<GrowthPoint> points;

  GrowthReport(List<GrowthPoint> points) {
    this.points = points;
  }

  String table() {
    MarkdownTable table =
        new MarkdownTable(List.of("steps", "time a step", "heap in use", "JavaCPP's count"));
    for (GrowthPoint point : points) {
      table.row(
          List.of(
              String.format(Locale.ROOT, "%,d", point.steps()),
              Text.time(point.nanosAStep()),
              mib(point.heapBytes()),
              mib(point.nativeBytes())));
    }
    return table.toString();
  }

  private static String mib(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / MIB);
  }
}
