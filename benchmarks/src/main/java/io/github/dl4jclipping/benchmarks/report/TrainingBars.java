package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.statistics.Median;
import io.github.dl4jclipping.benchmarks.training.TrainingResult;
import io.github.dl4jclipping.benchmarks.training.TrainingResult.VariantResult;
import io.github.dl4jclipping.benchmarks.training.Variant;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The bars for training steps: of the update, from the end of the backward pass, since that is the
 * part of a step that clipping changes.
 */
final class TrainingBars {

  private static final List<Variant> CLIPPING = List.of(Variant.NEVER, Variant.ALWAYS);

  /** What everything that watches may take of a step. */
  private static final double WATCHING = 0.01;

  private final List<TrainingResult> results;

  TrainingBars(List<TrainingResult> results) {
    this.results = results;
  }

  List<Bar> bars() {
    return List.of(
        ratio(
            "Update that never clips: at most stock's and one read pass over the gradient",
            List.of(Variant.NEVER),
            VariantResult::phaseToStock,
            result -> 1 + readPass(result)),
        ratio(
            "Update that always clips: at most stock's and one read pass over the gradient",
            List.of(Variant.ALWAYS),
            VariantResult::phaseToStock,
            result -> 1 + readPass(result)),
        ratio(
            "Both: at most the update with `ClipL2PerLayer`",
            CLIPPING,
            VariantResult::phaseToClipL2PerLayer,
            result -> 1),
        ratio(
            "With log, observer, CSV file, page and metrics: 1 % of a step more",
            List.of(Variant.OBSERVED, Variant.WATCHED),
            VariantResult::phaseToStock,
            result -> 1 + readPass(result) + WATCHING * step(result)),
        allocations(
            "Beyond stock, without observer: at most 1,024 B of heap a step",
            VariantResult::heapBytes,
            1024),
        allocations(
            "Beyond stock, without observer: no native object a step",
            VariantResult::nativeObjects,
            0));
  }

  /** Returns one read pass over the gradient, by the time of stock's update. */
  private static double readPass(TrainingResult result) {
    return result.readPass().value() / result.of(Variant.STOCK).phase().value();
  }

  /** Returns stock's step by its update. */
  private static double step(TrainingResult result) {
    VariantResult stock = result.of(Variant.STOCK);
    return stock.nanos().value() / stock.phase().value();
  }

  private Bar ratio(
      String requirement,
      List<Variant> variants,
      Function<VariantResult, Median> ratio,
      ToDoubleFunction<TrainingResult> bar) {
    return new Bar(
        requirement,
        each(
            variants,
            (result, variant) -> {
              Median median = ratio.apply(result.of(variant));
              double allowed = bar.applyAsDouble(result);
              String figure =
                  String.format(Locale.ROOT, "%s of %.3f allowed", Text.ratio(median), allowed);
              return Finding.of(where(result, variant), figure, median, allowed);
            }));
  }

  private Bar allocations(
      String requirement, Function<VariantResult, Median> count, double allowed) {
    return new Bar(
        requirement,
        each(
            CLIPPING,
            (result, variant) -> {
              double value = count.apply(result.of(variant)).value();
              String figure = String.format(Locale.ROOT, "%,.0f", value);
              // Shifted by one, so that nothing may be allowed.
              return finding(result, variant, figure, (value + 1) / (allowed + 1));
            }));
  }

  private interface Judge {
    Finding of(TrainingResult result, Variant variant);
  }

  private List<Finding> each(List<Variant> variants, Judge judge) {
    return results.stream()
        .flatMap(result -> variants.stream().flatMap(v -> Stream.of(judge.of(result, v))))
        .toList();
  }

  private static Finding finding(
      TrainingResult result, Variant variant, String figure, double load) {
    return new Finding(where(result, variant), figure, load);
  }

  private static String where(TrainingResult result, Variant variant) {
    return result.network().title() + ", batch " + result.batch() + ", " + variant.title();
  }
}
