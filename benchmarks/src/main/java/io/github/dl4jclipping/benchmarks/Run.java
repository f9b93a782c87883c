package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.benchmarks.kernel.AccuracyResult;
import io.github.dl4jclipping.benchmarks.kernel.KernelMain;
import io.github.dl4jclipping.benchmarks.kernel.KernelReport;
import io.github.dl4jclipping.benchmarks.kernel.KernelResult;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.report.Machine;
import io.github.dl4jclipping.benchmarks.report.Results;
import io.github.dl4jclipping.benchmarks.training.GrowthMain;
import io.github.dl4jclipping.benchmarks.training.GrowthPoint;
import io.github.dl4jclipping.benchmarks.training.MemoryMain;
import io.github.dl4jclipping.benchmarks.training.MemoryResult;
import io.github.dl4jclipping.benchmarks.training.Network;
import io.github.dl4jclipping.benchmarks.training.TrainingMain;
import io.github.dl4jclipping.benchmarks.training.TrainingResult;
import io.github.dl4jclipping.benchmarks.training.Variant;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Runs all parts. A part that fails is recorded, and the run continues with the next one. */
final class Run {

  private final Scale scale;
  private final PrintStream out;
  private final ClassPaths classPaths;
  private final Path folder;
  private final List<Part> parts = new ArrayList<>();
  private final List<KernelResult> kernels = new ArrayList<>();
  private final List<AccuracyResult> accuracy = new ArrayList<>();
  private final List<TrainingResult> trainings = new ArrayList<>();
  private final List<MemoryResult> memory = new ArrayList<>();
  private final List<GrowthPoint> growth = new ArrayList<>();
  private final List<Double> loads = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  /** Describes the work of one JVM and its estimated time. */
  private record Part(String name, double seconds, Work work) {}

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  Run(Scale scale, Path target, PrintStream out) {
    this.scale = scale;
    this.out = out;
    this.classPaths = new ClassPaths(target.resolve("peers"));
    this.folder = target.resolve("benchmark").resolve("parts");
    scale.workloads().forEach(this::addKernels);
    scale.trainings().forEach(this::addTraining);
    addMemory(scale.memory());
    addGrowth(scale.growth());
  }

  /**
   * Measures the training steps of one network and nothing else.
   *
   * @param network its name, as in {@link Network}
   * @throws IllegalArgumentException if there is no such network
   */
  Run(Scale scale, String network, Path target, PrintStream out) {
    this.scale = scale;
    this.out = out;
    this.classPaths = new ClassPaths(target.resolve("peers"));
    this.folder = target.resolve("benchmark").resolve("parts");
    List<TrainingMain.Job> jobs =
        scale.trainings().stream().filter(job -> job.network().name().equals(network)).toList();
    if (jobs.isEmpty()) {
      throw new IllegalArgumentException(
          "benchmark.network must be one of " + Network.timed() + ", but was " + network);
    }
    jobs.forEach(this::addTraining);
  }

  private void addKernels(List<Workload> workloads) {
    for (Engine engine : engines()) {
      String name = String.format("kernel-%s-%02d", engine.folder(), parts.size());
      KernelMain.Job job = new KernelMain.Job(engine, workloads, scale.effort());
      parts.add(
          new Part(
              workloads.get(0) + (workloads.size() > 1 ? " ..." : "") + ", " + engine.folder(),
              3
                  + 20e-8 * workloads.get(0).elements() * engine.contenders().size()
                  + workloads.size() * engine.contenders().size() * scale.effort().seconds() * 2.5,
              () -> {
                KernelReport report =
                    jvm(engine, timed(), "-Xmx3g")
                        .run(KernelMain.class, name, job, KernelReport.class);
                kernels.addAll(report.times());
                accuracy.addAll(report.errors());
              }));
    }
  }

  /**
   * Returns the engines of this platform; the peers' native libraries support only one platform.
   */
  private static Set<Engine> engines() {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    return platform.equals("Linux amd64") ? EnumSet.allOf(Engine.class) : EnumSet.of(Engine.ND4J);
  }

  private void addTraining(TrainingMain.Job job) {
    String name = "training-" + job.network() + "-" + job.batch();
    int steps =
        (job.warmupRounds() + job.rounds()) * Variant.values().length
            + job.rounds(); // of the read pass
    parts.add(
        new Part(
            job.network().title() + ", batch " + job.batch(),
            5
                + Math.max(
                    1.2e-3 * (job.warmupMillis() + job.millis()), job.network().seconds() * steps),
            () ->
                trainings.add(
                    jvm(Engine.ND4J, timed(), "-Xmx3g")
                        .run(TrainingMain.class, name, job, TrainingResult.class))));
  }

  private void addMemory(MemoryMain.Job job) {
    parts.add(
        new Part(
            "memory",
            8 + 4e-3 * Variant.values().length * job.steps(),
            () ->
                memory.addAll(
                    jvm(Engine.ND4J, false, "-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch")
                        .run(MemoryMain.class, "memory", job, MemoryMain.Report.class)
                        .results())));
  }

  private void addGrowth(GrowthMain.Job job) {
    parts.add(
        new Part(
            String.format(Locale.ROOT, "%,d steps", job.steps()),
            8 + 0.7e-3 * job.steps(),
            () ->
                growth.addAll(
                    jvm(Engine.ND4J, false, "-Xmx1g")
                        .run(GrowthMain.class, "growth", job, GrowthMain.Report.class)
                        .points())));
  }

  private boolean timed() {
    return scale != Scale.SMOKE;
  }

  private ChildJvm jvm(Engine engine, boolean timed, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("-DDJL_CACHE_DIR=" + classPaths.peers().resolve("cache")); // instead of the user's home
    return new ChildJvm(classPaths.of(engine), folder, all, !timed);
  }

  Results run() throws InterruptedException {
    double seconds = parts.stream().mapToDouble(Part::seconds).sum();
    Progress progress = new Progress(out, parts.size(), seconds);
    for (Part part : parts) {
      progress.begin(part.name());
      try {
        part.work().run();
      } catch (IOException e) {
        failures.add(part.name() + ": " + e.getMessage());
      }
      loads.add(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
      progress.end(part.seconds());
    }
    return new Results(
        Machine.here(),
        scale.name(),
        kernels,
        accuracy,
        trainings,
        memory,
        growth,
        loads,
        failures);
  }
}
