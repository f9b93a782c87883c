package io.github.dl4jclipping.benchmarks.training;

/**
 * What memory many steps of one variant kept.
 *
 * @param steps how many
 * @param totalBytes what JavaCPP's count of its own allocations grew by
 * @param physicalBytes what the process grew by
 */
public record MemoryResult(Variant variant, int steps, long totalBytes, long physicalBytes) {}
