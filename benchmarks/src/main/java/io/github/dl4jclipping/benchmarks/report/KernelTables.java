package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Operation;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Writes the tables of the kernels' times, and of the peers' times as multiples of this library's.
 */
final class KernelTables {

  private static final Map<Operation, String> TITLES =
      Map.of(
          Operation.NORM, "The norm alone",
          Operation.KEEP, "Norm and clip, the bound is kept",
          Operation.CLIP, "Norm and clip, the bound is broken");

  private final Kernels kernels;

  KernelTables(Kernels kernels) {
    this.kernels = kernels;
  }

  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    for (Operation operation : Operation.values()) {
      List<Contender> contenders =
          Arrays.stream(Contender.values()).filter(c -> measured(c, operation)).toList();
      parts.add("#### " + TITLES.get(operation));
      parts.add(times(contenders, operation));
      parts.add("Times this library's time:");
      parts.add(
          ratios(
              contenders.stream().filter(c -> c.role() == Contender.Role.PEER).toList(),
              operation));
    }
    return String.join("\n\n", parts);
  }

  private boolean measured(Contender contender, Operation operation) {
    return kernels.workloads().stream()
        .anyMatch(w -> kernels.nanos(contender, w, operation).isPresent());
  }

  private String times(List<Contender> contenders, Operation operation) {
    return table(
        contenders,
        (workload) ->
            contender -> kernels.nanos(contender, workload, operation).map(Text::time).orElse("-"));
  }

  private String ratios(List<Contender> contenders, Operation operation) {
    return table(
        contenders,
        workload ->
            contender ->
                kernels
                    .oursBy(contender, workload, operation)
                    .map(ours -> String.format(Locale.ROOT, "%.2f", 1 / ours.value()))
                    .orElse("-"));
  }

  private String table(
      List<Contender> contenders, Function<Workload, Function<Contender, String>> cells) {
    MarkdownTable table =
        new MarkdownTable(row("parameters", contenders.stream().map(Contender::title)));
    for (Workload workload : kernels.workloads()) {
      table.row(row(Text.workload(workload), contenders.stream().map(cells.apply(workload))));
    }
    return table.toString();
  }

  private static List<String> row(String first, Stream<String> others) {
    return Stream.concat(Stream.of(first), others).toList();
  }
}
