package io.github.dl4jclipping.benchmarks.kernel;

import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Workload;

/**
 * Holds the error of a norm.
 *
 * @param relativeError the difference from the exact norm, divided by the exact norm; at least 0
 */
public record AccuracyResult(Contender contender, Workload workload, double relativeError) {}
