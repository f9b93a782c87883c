package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.statistics.Median;
import io.github.dl4jclipping.benchmarks.training.TrainingResult;
import io.github.dl4jclipping.benchmarks.training.TrainingResult.VariantResult;
import io.github.dl4jclipping.benchmarks.training.Variant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Writes the tables of training steps: times divided by stock DL4J's, and additional allocations.
 */
final class TrainingTables {

  private static final List<Variant> COMPARED =
      Arrays.stream(Variant.values()).filter(v -> v != Variant.STOCK).toList();

  private final List<TrainingResult> results;

  TrainingTables(List<TrainingResult> results) {
    this.results = results;
  }

  /** Returns the time of the update of each variant, and that by stock's. */
  String updates() {
    MarkdownTable table =
        new MarkdownTable(
            header("network, batch", "stock update", "of a step", "read pass", "rounds"));
    for (TrainingResult result : results) {
      VariantResult stock = result.of(Variant.STOCK);
      table.row(
          Stream.concat(
                  Stream.of(
                      name(result),
                      update(stock),
                      String.format(
                          Locale.ROOT,
                          "%.1f %%",
                          100 * stock.phase().value() / stock.nanos().value()),
                      Text.time(result.readPass()),
                      String.format(Locale.ROOT, "%,d", result.rounds())),
                  cells(result, (variant, r) -> update(r) + ", " + Text.ratio(r.phaseToStock())))
              .toList());
    }
    return table.toString();
  }

  /** Returns the median with its interval, and what one update in ten takes less than. */
  private static String update(VariantResult result) {
    return Text.time(result.phase()) + " (" + Text.time(result.lowPhase()) + ")";
  }

  /** Returns whole steps by stock's, with their intervals. */
  String steps() {
    MarkdownTable table = new MarkdownTable(header("network, batch", "stock step"));
    for (TrainingResult result : results) {
      table.row(
          Stream.concat(
                  Stream.of(name(result), Text.time(result.of(Variant.STOCK).nanos())),
                  cells(result, (variant, r) -> Text.ratio(r.toStock())))
              .toList());
    }
    return table.toString();
  }

  /** Returns the heap bytes and native objects per step. */
  String memory() {
    MarkdownTable table = new MarkdownTable(header("network, batch"));
    for (TrainingResult result : results) {
      table.row(
          Stream.concat(Stream.of(name(result)), cells(result, (variant, r) -> allocations(r)))
              .toList());
    }
    return table.toString();
  }

  private static String allocations(VariantResult result) {
    Median heap = result.heapBytes();
    return String.format(
        Locale.ROOT, "%,.0f B, %,.0f", heap.value(), result.nativeObjects().value());
  }

  private static List<String> header(String... first) {
    return Stream.concat(Stream.of(first), COMPARED.stream().map(Variant::title)).toList();
  }

  private static Stream<String> cells(
      TrainingResult result, BiFunction<Variant, VariantResult, String> cell) {
    return COMPARED.stream().map(v -> cell.apply(v, result.of(v)));
  }

  private static String name(TrainingResult result) {
    return result.network().title() + ", " + result.batch();
  }
}
