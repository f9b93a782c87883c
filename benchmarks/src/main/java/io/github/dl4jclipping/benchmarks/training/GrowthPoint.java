package io.github.dl4jclipping.benchmarks.training;

/**
 * Where a long run with everything that watches stands after some steps.
 *
 * @param steps the steps so far
 * @param nanosAStep the mean time of a step since the point before
 * @param heapBytes what the heap holds once the garbage is gone
 * @param nativeBytes what JavaCPP holds then
 */
public record GrowthPoint(long steps, double nanosAStep, long heapBytes, long nativeBytes) {}
