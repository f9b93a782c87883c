package io.github.dl4jclipping.benchmarks.kernel;

import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.peer.Operation;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.statistics.Median;

/**
 * Holds one measurement.
 *
 * @param nanos the time of one call in nanoseconds
 */
public record KernelResult(
    Engine engine, Contender contender, Workload workload, Operation operation, Median nanos) {}
