package io.github.dl4jclipping.benchmarks.kernel;

/**
 * Defines how long to measure. The sample consists of the medians of consecutive time slices.
 *
 * @param warmupMillis the warm-up time in milliseconds
 * @param slices the number of time slices
 * @param sliceMillis the length of each slice in milliseconds
 */
public record Effort(int warmupMillis, int slices, int sliceMillis) {

  /** Returns the shortest time of one measurement. */
  public double seconds() {
    return 1e-3 * (warmupMillis + slices * sliceMillis);
  }
}
