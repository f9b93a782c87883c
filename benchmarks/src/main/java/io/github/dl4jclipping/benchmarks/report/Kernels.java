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
 * The kernels' times, looked up and set against each other.
 *
 * @param results all of one run
 */
record Kernels(List<KernelResult> results) {

  /** Returns what was measured, in the order of measuring. */
  List<Workload> workloads() {
    return results.stream().map(KernelResult::workload).distinct().toList();
  }

  /** Returns the time of one call in nanoseconds. */
  Optional<Median> nanos(Contender contender, Workload workload, Operation operation) {
    return find(contender, workload, operation).map(KernelResult::nanos);
  }

  /**
   * Returns this library's time by another's. Times of different JVMs are first divided by the read
   * loop's in the same JVM.
   */
  Optional<Median> oursBy(Contender contender, Workload workload, Operation operation) {
    Optional<Median> theirs = find(contender, workload, operation).flatMap(this::readLoops);
    Optional<Median> ours = find(Contender.LIBRARY, workload, operation).flatMap(this::readLoops);
    return ours.flatMap(one -> theirs.map(one::by));
  }

  /**
   * Returns the least time that memory allows: one read pass, the fastest of those measured, and
   * for a clip BLAS's scal pass; nothing where BLAS knows no such type.
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

  /** Returns the read bandwidth of memory in GB/s: that over the largest array. */
  OptionalDouble bandwidth() {
    return workloads().stream()
        .filter(w -> w.arrays() == 1 && limit(w, Operation.NORM).isPresent())
        .max(Comparator.comparingLong(Workload::bytes))
        .map(w -> OptionalDouble.of(w.bytes() / limit(w, Operation.NORM).getAsDouble()))
        .orElse(OptionalDouble.empty());
  }

  private Optional<Median> readLoops(KernelResult result) {
    return results.stream()
        .filter(r -> r.engine() == result.engine() && r.contender() == Contender.READ_1)
        .filter(r -> r.workload().equals(result.workload()))
        .findFirst()
        .map(read -> result.nanos().times(1 / read.nanos().value()));
  }

  private Optional<KernelResult> find(Contender contender, Workload workload, Operation operation) {
    return results.stream()
        .filter(r -> r.contender() == contender && r.operation() == operation)
        .filter(r -> r.workload().equals(workload))
        .filter(r -> r.contender() != Contender.READ_1 || r.engine() == Engine.ND4J)
        .findFirst();
  }
}
