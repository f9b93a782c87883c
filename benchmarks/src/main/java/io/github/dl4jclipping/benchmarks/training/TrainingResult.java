package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.benchmarks.statistics.Median;
import java.util.Map;
import java.util.Objects;

/**
 * What the steps of one network took.
 *
 * @param batch the examples of a step
 * @param parameters the network's
 * @param rounds the steps of each variant
 * @param readPass the nanoseconds of one read of the gradient, as a step leaves it
 */
public record TrainingResult(
    Network network,
    int batch,
    long parameters,
    int rounds,
    Median readPass,
    Map<Variant, VariantResult> variants) {

  /** Returns the result of one variant. */
  public VariantResult of(Variant variant) {
    return Objects.requireNonNull(variants.get(variant));
  }

  /**
   * What the steps of one variant took.
   *
   * @param nanos the time of one
   * @param toStock that by the time of a stock step in the same round
   * @param phase the time of its update, from the end of the backward pass
   * @param lowPhase what one update in ten takes less than
   * @param phaseToStock the time of its update by that of stock's in the same round
   * @param phaseToClipL2PerLayer that by the time of the update with {@code ClipL2PerLayer}
   * @param heapBytes allocated in the heap by the training thread, beyond stock
   * @param nativeObjects ND4J's buffers, views and contexts created, beyond stock
   */
  public record VariantResult(
      Median nanos,
      Median toStock,
      Median phase,
      double lowPhase,
      Median phaseToStock,
      Median phaseToClipL2PerLayer,
      Median heapBytes,
      Median nativeObjects) {}
}
