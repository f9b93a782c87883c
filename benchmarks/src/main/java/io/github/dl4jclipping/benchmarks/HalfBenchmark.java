package io.github.dl4jclipping.benchmarks;

import io.github.dl4jclipping.benchmarks.half.HalfMain;
import io.github.dl4jclipping.benchmarks.half.HalfMain.Job;
import io.github.dl4jclipping.benchmarks.half.HalfProblem;
import io.github.dl4jclipping.benchmarks.half.HalfRun;
import io.github.dl4jclipping.benchmarks.json.Json;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.report.HalfReport;
import io.github.dl4jclipping.benchmarks.report.Machine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains in FLOAT and in HALF, and writes the results to the section on HALF of {@code
 * benchmarks/README.md}.
 *
 * <p>Run it with {@code mvn -q -Pbenchmark -DcompareHalf} from the root of the repository. With
 * {@code -Dsmoke}, everything runs for only a few steps.
 */
public final class HalfBenchmark {

  private static final int STEPS = 1200;
  private static final int SMOKE_STEPS = 2;

  private HalfBenchmark() {}

  /**
   * Runs each problem in its own JVM, one after another, because the steps are timed.
   *
   * @param args the scale and the module's directory
   */
  public static void main(String[] args) throws Exception {
    boolean smoke = args[0].equals("smoke");
    Path module = Path.of(args[1]);
    Machine machine = Machine.here();
    Path target = module.resolve("target");
    ChildJvm.endAllWithThis();
    ChildJvm jvm =
        new ChildJvm(
            new ClassPaths(target.resolve("peers")).of(Engine.ND4J),
            target.resolve("benchmark").resolve("half"),
            List.of("-Xmx1g"),
            true);
    List<HalfRun> runs = new ArrayList<>();
    int problems = HalfProblem.values().length;
    Progress progress = new Progress(System.out, problems, problems);
    for (HalfProblem problem : HalfProblem.values()) {
      progress.begin(problem.title());
      Job job = new Job(problem, smoke ? SMOKE_STEPS : STEPS);
      runs.addAll(jvm.run(HalfMain.class, problem.name(), job, HalfMain.Report.class).runs());
      progress.end(1);
    }
    Path output = smoke ? target.resolve("benchmark") : module;
    Json.write(output.resolve("half.json"), new HalfMain.Report(runs));
    new HalfReport(machine, runs).write(module.resolve("README.md"), output);
    System.out.println("Written: " + output.resolve("README.md"));
    System.exit(0);
  }
}
