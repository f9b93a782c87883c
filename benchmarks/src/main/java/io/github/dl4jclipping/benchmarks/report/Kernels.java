package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.kernel.KernelResult;
import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.peer.Operation;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.statistics.Median;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Looks up and compares the kernels' times.
 *
 * @param results all results of one run
 */
record Kernels(List<KernelResult> results) {

  /** Returns the workloads that were measured, in order. */
  List<Workload> workloads() {
    return results.stream().map(KernelResult::workload).distinct().toList();
  }

  /** Returns the time of one call in nanoseconds. */
  Optional<Median> nanos(Contender contender, Workload workload, Operation operation) {
    return find(contender, workload, operation).map(KernelResult::nanos);
  }

  /**
   * Returns a contender's time divided by this library's time. Times of different JVMs are first
   * divided by the time of the read loop in the same JVM.
   */
  OptionalDouble timesOurs(Contender contender, Workload workload, Operation operation) {
    Optional<Double> theirs = find(contender, workload, operation).flatMap(this::readLoops);
    Optional<Double> ours = find(Contender.LIBRARY, workload, operation).flatMap(this::readLoops);
    return theirs.isPresent() && ours.isPresent()
        ? OptionalDouble.of(theirs.get() / ours.get())
        : OptionalDouble.empty();
  }

  /**
   * Returns the shortest time that memory allows: the fastest measured read pass, and for a clip
   * also BLAS's scal pass; empty if BLAS does not support the type.
   */
  OptionalDouble limit(Workload workload, Operation operation) {
    double read =
        Stream.of(Contender.READ_1, Contender.READ_2, Contender.BLAS)
            .flatMap(limit -> nanos(limit, workload, Operation.NORM).stream())
            .mapToDouble(Median::value)
            .min()
            .orElse(Double.NaN);
    double scale =
        nanos(Contender.BLAS, workload, Operation.CLIP).map(Median::value).orElse(Double.NaN);
    return DoubleStream.of(operation == Operation.CLIP ? read + scale : read)
        .filter(Double::isFinite)
        .findFirst();
  }

  /** Returns the read bandwidth of memory in GB/s, measured with the largest array. */
  OptionalDouble bandwidth() {
    return workloads().stream()
        .filter(w -> w.arrays() == 1 && limit(w, Operation.NORM).isPresent())
        .max(Comparator.comparingLong(Workload::bytes))
        .map(w -> OptionalDouble.of(w.bytes() / limit(w, Operation.NORM).getAsDouble()))
        .orElse(OptionalDouble.empty());
  }

  private Optional<Double> readLoops(KernelResult result) {
    return results.stream()
        .filter(r -> r.engine() == result.engine() && r.contender() == Contender.READ_1)
        .filter(r -> r.workload().equals(result.workload()))
        .findFirst()
        .map(read -> result.nanos().value() / read.nanos().value());
  }

  private Optional<KernelResult> find(Contender contender, Workload workload, Operation operation) {
    return results.stream()
        .filter(r -> r.contender() == contender && r.operation() == operation)
        .filter(r -> r.workload().equals(workload))
        .filter(r -> r.contender() != Contender.READ_1 || r.engine() == Engine.ND4J)
        .findFirst();
  }
}
