package io.github.dl4jclipping.benchmarks.kernel;

import java.util.List;

/** Holds the results of one JVM. */
public record KernelReport(List<KernelResult> times, List<AccuracyResult> errors) {}
