package io.github.dl4jclipping.benchmarks.kernel;

/**
 * How long to measure: one time slice after another, whose medians are the sample.
 *
 * @param warmupMillis the time before anything counts
 * @param slices the time slices
 * @param sliceMillis the time of each
 */
public record Effort(int warmupMillis, int slices, int sliceMillis) {

  /** Returns how long one measurement takes at least. */
  public double seconds() {
    return 1e-3 * (warmupMillis + slices * sliceMillis);
  }
}
