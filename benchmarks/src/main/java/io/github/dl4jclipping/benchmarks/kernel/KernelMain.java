package io.github.dl4jclipping.benchmarks.kernel;

import io.github.dl4jclipping.benchmarks.json.Json;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One JVM's share of the kernel benchmarks. */
public final class KernelMain {

  private KernelMain() {}

  /**
   * What to do.
   *
   * @param engine which JVM this is
   * @param workloads what to time, one after the other
   */
  public record Job(Engine engine, List<Workload> workloads, Effort effort) {}

  /**
   * Reads a {@link Job} and writes a {@link KernelReport}.
   *
   * @param args the files of both
   */
  public static void main(String[] args) throws Exception {
    Job job = Json.read(Path.of(args[0]), Job.class);
    KernelRun run = new KernelRun(job.engine(), job.effort());
    List<KernelResult> times = new ArrayList<>();
    List<AccuracyResult> errors = new ArrayList<>();
    for (Workload workload : job.workloads()) {
      errors.addAll(AccuracyRun.errors(job.engine(), workload));
      times.addAll(run.times(workload));
    }
    Json.write(Path.of(args[1]), new KernelReport(times, errors));
    // ND4J and PyTorch keep threads of their own that never end.
    System.exit(0);
  }
}
