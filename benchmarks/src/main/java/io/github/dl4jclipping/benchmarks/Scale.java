package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.benchmarks.kernel.Effort;
import io.github.dl4jclipping.benchmarks.peer.ElementType;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.training.MemoryMain;
import io.github.dl4jclipping.benchmarks.training.Network;
import io.github.dl4jclipping.benchmarks.training.TrainingMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Defines how much is measured, and for how long. */
enum Scale {
  /** The full run, for the tables of the README. */
  FULL(new Effort(100, 10, 80), List.of(1, 32, 33), new Training(3, 3000, 30, 10_000), 10_000),
  /** A short run, for a rough result. */
  QUICK(new Effort(50, 6, 30), List.of(32), new Training(2, 1000, 6, 2_000), 1000),
  /** Everything once, on little data, to check that it runs. */
  SMOKE(new Effort(1, 1, 1), List.of(1), new Training(1, 0, 1, 0), 10);

  private static final Workload CENTRE = Workload.of(1, 1_000_000);

  private final Effort effort;
  private final List<Integer> batches;
  private final Training training;
  private final int memorySteps;

  Scale(Effort effort, List<Integer> batches, Training training, int memorySteps) {
    this.effort = effort;
    this.batches = batches;
    this.training = training;
    this.memorySteps = memorySteps;
  }

  private record Training(int warmupRounds, long warmupMillis, int rounds, long millis) {}

  /**
   * Returns the output directory of the report; only the full run replaces files of the repository.
   */
  Path output(Path module) {
    return this == FULL ? module : module.resolve("target").resolve("benchmark");
  }

  Effort effort() {
    return effort;
  }

  /** Returns the workloads; each inner list is for one JVM of every engine. */
  List<List<Workload>> workloads() {
    return switch (this) {
      case FULL -> each(full());
      case QUICK -> List.of(quick());
      case SMOKE -> List.of(smoke());
    };
  }

  private static List<List<Workload>> each(List<Workload> workloads) {
    return workloads.stream().map(List::of).toList();
  }

  /**
   * Returns workloads that each vary one factor of the plain one: the L2 norm of one array with a
   * million floats.
   */
  private static List<Workload> full() {
    List<Workload> workloads = new ArrayList<>();
    for (int length :
        new int[] {1000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000, 100_000_000}) {
      workloads.add(Workload.of(1, length));
    }
    workloads.add(Workload.of(8, 1000));
    workloads.add(Workload.of(1, 1_200_000));
    workloads.add(Workload.of(300, 4000));
    workloads.add(Workload.of(3000, 400));
    workloads.add(Workload.of(50, 1_000_000));
    for (ElementType type : new ElementType[] {ElementType.DOUBLE, ElementType.HALF}) {
      workloads.add(CENTRE.withType(type));
      workloads.add(Workload.of(1, 10_000_000).withType(type));
    }
    for (double order : new double[] {1, Double.POSITIVE_INFINITY, 3}) {
      workloads.add(CENTRE.withOrder(order));
    }
    return workloads;
  }

  private static List<Workload> quick() {
    return List.of(
        Workload.of(1, 1000),
        CENTRE,
        Workload.of(1, 10_000_000),
        Workload.of(8, 1000),
        Workload.of(1, 1_200_000),
        Workload.of(3000, 400),
        Workload.of(1, 10_000_000).withType(ElementType.DOUBLE),
        CENTRE.withType(ElementType.HALF),
        CENTRE.withOrder(Double.POSITIVE_INFINITY));
  }

  private static List<Workload> smoke() {
    Workload one = Workload.of(1, 1000);
    return List.of(
        one,
        Workload.of(8, 1000),
        one.withType(ElementType.DOUBLE),
        one.withType(ElementType.HALF),
        one.withOrder(1),
        one.withOrder(Double.POSITIVE_INFINITY),
        one.withOrder(3));
  }

  MemoryMain.Job memory() {
    return new MemoryMain.Job(memorySteps);
  }

  List<TrainingMain.Job> trainings() {
    List<TrainingMain.Job> jobs = new ArrayList<>();
    for (Network network : Network.timed()) {
      for (int batch : batches) {
        jobs.add(
            new TrainingMain.Job(
                network,
                batch,
                training.warmupRounds(),
                training.warmupMillis(),
                training.rounds(),
                training.millis()));
      }
    }
    return jobs;
  }
}
