package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.ElementType;
import io.github.dl4jclipping.benchmarks.peer.Operation;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.statistics.Median;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Checks the requirements for norm and clip of plain arrays, with ratios of medians within one run.
 */
final class KernelBars {

  private static final long LARGE = 10_000_000;
  private static final long MEMORY_BYTES = 32_000_000;

  private final Kernels kernels;

  KernelBars(Kernels kernels) {
    this.kernels = kernels;
  }

  List<Bar> bars() {
    return List.of(
        bandwidth(ElementType.FLOAT),
        bandwidth(ElementType.DOUBLE),
        ahead(Operation.NORM, "The norm alone: ahead of every peer"),
        ahead(Operation.KEEP, "Clip that keeps: ahead of every peer"),
        ahead(Operation.CLIP, "Clip that clips: ahead of every peer"),
        manyArrays(),
        eightArrays(),
        linear(Operation.NORM),
        linear(Operation.CLIP));
  }

  private Bar bandwidth(ElementType type) {
    return new Bar(
        "Norm of at least 10^7 " + type + ": at least 0.95 of the read bandwidth of memory",
        measured()
            .filter(w -> w.type() == type && w.order() == 2 && w.elements() >= LARGE)
            .filter(w -> w.arrays() == 1)
            .flatMap(w -> kernels.bandwidth().stream().mapToObj(most -> share(w, most)))
            .toList());
  }

  private Finding share(Workload workload, double bandwidth) {
    double share = workload.bytes() / ours(workload, Operation.NORM) / bandwidth;
    String figure = String.format(Locale.ROOT, "%.2f of %.1f GB/s", share, bandwidth);
    return finding(workload, figure, 0.95 / share);
  }

  private Bar ahead(Operation operation, String title) {
    List<Contender> peers =
        Arrays.stream(Contender.values()).filter(c -> c.role() == Contender.Role.PEER).toList();
    return new Bar(
        title + "; within 5 % of the fastest where arrays wait for memory",
        trainedWith()
            .flatMap(w -> peers.stream().flatMap(peer -> ahead(peer, w, operation)))
            .toList());
  }

  private Stream<Finding> ahead(Contender peer, Workload workload, Operation operation) {
    double allowed = waitsForMemory(workload) ? 1.05 : 1;
    return kernels.oursBy(peer, workload, operation).stream()
        .map(
            ours ->
                Finding.atMost(
                    Text.workload(workload),
                    Text.ratio(ours) + " of the time of " + peer.title(),
                    ours,
                    allowed));
  }

  /** No cache of a usual processor holds so much. */
  private static boolean waitsForMemory(Workload workload) {
    return workload.bytes() >= MEMORY_BYTES;
  }

  private Bar manyArrays() {
    Workload one = Workload.of(1, 1_200_000);
    List<Finding> findings = new ArrayList<>();
    for (Workload many :
        List.of(Workload.of(30, 40_000), Workload.of(300, 4000), Workload.of(3000, 400))) {
      for (Operation operation : Operation.values()) {
        Optional<Median> whole = kernels.nanos(Contender.LIBRARY, one, operation);
        Optional<Median> parts = kernels.nanos(Contender.LIBRARY, many, operation);
        if (whole.isPresent() && parts.isPresent()) {
          Median ratio = parts.get().by(whole.get());
          findings.add(
              Finding.atMost(Text.workload(many), operation + " " + Text.ratio(ratio), ratio, 3));
        }
      }
    }
    return new Bar("Many small arrays: within 3 times the same bytes in one array", findings);
  }

  private Bar eightArrays() {
    Workload eight = Workload.of(8, 1000);
    return new Bar(
        "8 x 1,000: at most 3 µs in all",
        Arrays.stream(Operation.values())
            .flatMap(
                operation ->
                    kernels.nanos(Contender.LIBRARY, eight, operation).stream()
                        .map(
                            nanos ->
                                Finding.atMost(
                                    Text.workload(eight),
                                    operation + " " + Text.time(nanos),
                                    nanos,
                                    3000)))
            .toList());
  }

  private Bar linear(Operation operation) {
    double seven = perParameter(10_000_000, operation);
    double eight = perParameter(100_000_000, operation);
    double most = Math.max(seven, eight);
    List<Finding> findings = new ArrayList<>();
    if (Double.isFinite(most)) {
      findings.add(perParameter("10^7 and 10^8", most, Math.min(seven, eight) * 1.3));
      IntStream.of(100_000, 1_000_000)
          .forEach(
              length ->
                  findings.add(
                      perParameter(
                          String.format(Locale.ROOT, "%,d", length),
                          perParameter(length, operation),
                          most)));
    }
    return new Bar(
        operation
            + ": cost a parameter at 10^7 and 10^8 within 1.3 times of each other, not above that"
            + " from 10^5 on",
        findings);
  }

  private static Finding perParameter(String where, double nanos, double allowed) {
    String figure = String.format(Locale.ROOT, "%.3f ns of %.3f allowed", nanos, allowed);
    return new Finding(where, figure, nanos / allowed);
  }

  private double perParameter(int length, Operation operation) {
    return kernels
        .nanos(Contender.LIBRARY, Workload.of(1, length), operation)
        .map(nanos -> nanos.value() / length)
        .orElse(Double.NaN);
  }

  private double ours(Workload workload, Operation operation) {
    return kernels.nanos(Contender.LIBRARY, workload, operation).orElseThrow().value();
  }

  /** Nobody trains in HALF on a CPU: DL4J itself takes six times as long there as in FLOAT. */
  private Stream<Workload> trainedWith() {
    return measured().filter(w -> w.type() != ElementType.HALF);
  }

  private Stream<Workload> measured() {
    return kernels.workloads().stream()
        .filter(w -> kernels.nanos(Contender.LIBRARY, w, Operation.NORM).isPresent());
  }

  private static Finding finding(Workload workload, String figure, double load) {
    return new Finding(Text.workload(workload), figure, load);
  }
}
