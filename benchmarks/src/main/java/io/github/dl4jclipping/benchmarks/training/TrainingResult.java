package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.benchmarks.statistics.Median;
import java.util.Map;
import java.util.Objects;

/**
 * Holds the measurements of one network.
 *
 * @param batch the number of examples in a step
 * @param parameters the number of the network's parameters
 * @param rounds the number of steps of each variant
 * @param readPass the time of one read of the gradient after a step, in nanoseconds
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
   * Holds the measurements of one variant.
   *
   * @param nanos the time of a step in nanoseconds
   * @param toStock this time divided by the time of a stock step in the same round
   * @param toClipL2PerLayer this time divided by the time of a step with {@code ClipL2PerLayer}
   * @param heapBytes the bytes that the training thread allocates in the heap per step, beyond
   *     stock
   * @param nativeObjects the number of ND4J's buffers, views and contexts created per step, beyond
   *     stock
   */
  public record VariantResult(
      Median nanos,
      Median toStock,
      Median toClipL2PerLayer,
      Median heapBytes,
      Median nativeObjects) {}
}
