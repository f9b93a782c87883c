package io.github.dl4jclipping.benchmarks.training;

/**
 * Holds the memory that many steps of one variant kept.
 *
 * @param steps the number of steps
 * @param totalBytes the growth of JavaCPP's count of its own allocations, in bytes
 * @param physicalBytes the growth of the process, in bytes
 */
public record MemoryResult(Variant variant, int steps, long totalBytes, long physicalBytes) {}
