package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.benchmarks.json.Json;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.report.RulesReport;
import io.github.dl4jclipping.benchmarks.rules.Problem;
import io.github.dl4jclipping.benchmarks.rules.RuleRun;
import io.github.dl4jclipping.benchmarks.rules.RulesMain;
import io.github.dl4jclipping.benchmarks.rules.RulesMain.Job;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Trains with each rule on two published problems, and writes the results to the section on rules
 * of {@code benchmarks/README.md}.
 *
 * <p>Run it with {@code mvn -q -Pbenchmark -DcompareRules} from the root of the repository. With
 * {@code -Dsmoke}, everything runs once, for one step.
 */
public final class RulesBenchmark {

  private static final int SEEDS = 5;
  private static final int STEPS = 600;

  private RulesBenchmark() {}

  /**
   * Runs each problem and length in its own JVM, as many at once as there are cores.
   *
   * @param args the scale and the module's directory
   */
  public static void main(String[] args) throws Exception {
    boolean smoke = args[0].equals("smoke");
    Path module = Path.of(args[1]);
    Path target = module.resolve("target");
    ChildJvm.endAllWithThis();
    ChildJvm jvm =
        new ChildJvm(
            new ClassPaths(target.resolve("peers")).of(Engine.ND4J),
            target.resolve("benchmark").resolve("rules"),
            List.of("-Xmx1g"),
            true);
    List<RuleRun> runs = run(jvm, smoke ? smoke() : full());
    Path output = smoke ? target.resolve("benchmark") : module;
    Json.write(output.resolve("rules.json"), new RulesMain.Report(runs));
    new RulesReport(runs).write(module.resolve("README.md"), output);
    System.out.println("Written: " + output.resolve("README.md"));
    System.exit(0);
  }

  /** Returns the jobs, longest first, so that the short ones fill the remaining time. */
  private static List<Job> full() {
    return List.of(
        new Job(Problem.TEMPORAL_ORDER, 30, SEEDS, STEPS),
        new Job(Problem.TEMPORAL_ORDER, 20, SEEDS, STEPS),
        new Job(Problem.ADDING, 20, SEEDS, STEPS),
        new Job(Problem.TEMPORAL_ORDER, 10, SEEDS, STEPS),
        new Job(Problem.ADDING, 10, SEEDS, STEPS));
  }

  private static List<Job> smoke() {
    return List.of(new Job(Problem.TEMPORAL_ORDER, 10, 1, 1), new Job(Problem.ADDING, 10, 1, 1));
  }

  private static List<RuleRun> run(ChildJvm jvm, List<Job> jobs) throws Exception {
    ExecutorService cores =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<RulesMain.Report>> reports = new ArrayList<>();
      for (Job job : jobs) {
        String name = job.problem() + "-" + job.length();
        Callable<RulesMain.Report> child =
            () -> jvm.run(RulesMain.class, name, job, RulesMain.Report.class);
        reports.add(cores.submit(child));
      }
      List<RuleRun> runs = new ArrayList<>();
      for (int i = 0; i < jobs.size(); i++) {
        runs.addAll(reports.get(i).get().runs());
        System.out.printf("%d/%d  %s%n", i + 1, jobs.size(), jobs.get(i));
      }
      return runs;
    } finally {
      cores.shutdownNow();
    }
  }
}
