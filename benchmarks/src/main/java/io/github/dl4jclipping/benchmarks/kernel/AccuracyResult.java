package io.github.dl4jclipping.benchmarks.kernel;

import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Workload;

/**
 * How far a norm is from the exact one.
 *
 * @param relativeError the difference by the exact norm, at least 0
 */
public record AccuracyResult(Contender contender, Workload workload, double relativeError) {}
