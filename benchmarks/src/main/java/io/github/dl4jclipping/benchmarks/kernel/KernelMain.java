package io.github.dl4jclipping.benchmarks.kernel;

import io.github.dl4jclipping.benchmarks.json.Json;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the kernel benchmarks of one JVM. */
public final class KernelMain {

  private KernelMain() {}

  /**
   * Describes the job.
   *
   * @param engine the engine of this JVM
   * @param workloads the workloads to time, one after another
   */
  public record Job(Engine engine, List<Workload> workloads, Effort effort) {}

  /**
   * Reads a {@link Job} and writes a {@link KernelReport}.
   *
   * @param args the files of the job and of the report
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
    // The threads of ND4J and PyTorch never end.
    System.exit(0);
  }
}
