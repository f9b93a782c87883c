package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.statistics.Median;
import io.github.dl4jclipping.benchmarks.training.Network;
import io.github.dl4jclipping.benchmarks.training.TrainingResult;
import io.github.dl4jclipping.benchmarks.training.TrainingResult.VariantResult;
import io.github.dl4jclipping.benchmarks.training.Variant;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Checks the requirements for training steps. A ratio misses a requirement only if its whole
 * interval is above the limit.
 */
final class TrainingBars {

  private static final List<Variant> CLIPPING = List.of(Variant.NEVER, Variant.ALWAYS);

  private final List<TrainingResult> results;

  TrainingBars(List<TrainingResult> results) {
    this.results = results;
  }

  List<Bar> bars() {
    return List.of(
        ratio(
            "Never clips: at most stock, one read pass over the gradient, and 0.3 %; 300 layers:"
                + " 1.03 x stock",
            List.of(Variant.NEVER),
            VariantResult::toStock,
            result -> deepOr(result, 1.03, 1.003 + readPass(result))),
        ratio(
            "Always clips: at most 1.01 x stock; 300 layers: 1.03",
            List.of(Variant.ALWAYS),
            VariantResult::toStock,
            result -> deepOr(result, 1.03, 1.01)),
        ratio(
            "Both: at most `ClipL2PerLayer`",
            CLIPPING,
            VariantResult::toClipL2PerLayer,
            result -> 1),
        ratio(
            "With log and observer: at most 1.02 x stock; 300 layers: 1.05",
            List.of(Variant.OBSERVED),
            VariantResult::toStock,
            result -> deepOr(result, 1.05, 1.02)),
        new TrainingBars(results.stream().filter(TrainingBars::isUsual).toList())
            .ratio(
                "MLP and LSTM at batch 32 with log, CSV file, page and metrics: at most 1.02 x stock",
                List.of(Variant.WATCHED),
                VariantResult::toStock,
                result -> 1.02),
        allocations(
            "Beyond stock, without observer: at most 1,024 B of heap a step",
            VariantResult::heapBytes,
            1024),
        allocations(
            "Beyond stock, without observer: no native object a step",
            VariantResult::nativeObjects,
            0));
  }

  private static boolean isUsual(TrainingResult result) {
    boolean usual = result.network() == Network.MLP || result.network() == Network.LSTM;
    return usual && result.batch() == 32;
  }

  private static double deepOr(TrainingResult result, double deep, double others) {
    return result.network() == Network.DEEP ? deep : others;
  }

  private static double readPass(TrainingResult result) {
    return result.readPass().value() / result.of(Variant.STOCK).nanos().value();
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
              return finding(result, variant, figure, median.low() / allowed);
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
              // Shifted by one, because the allowed number may be 0.
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
    String where = result.network().title() + ", batch " + result.batch() + ", " + variant.title();
    return new Finding(where, figure, load);
  }
}
