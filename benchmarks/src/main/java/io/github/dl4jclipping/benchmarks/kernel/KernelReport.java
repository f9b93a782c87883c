package io.github.dl4jclipping.benchmarks.kernel;

import java.util.List;

/** What one JVM found. */
public record KernelReport(List<KernelResult> times, List<AccuracyResult> errors) {}
