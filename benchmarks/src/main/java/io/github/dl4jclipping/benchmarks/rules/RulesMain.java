package io.github.dl4jclipping.benchmarks.rules;

import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.benchmarks.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;

/** Trains every contender on one problem, with one length and several seeds, in its own JVM. */
public final class RulesMain {

  private static final int BATCH = 20;
  private static final int TESTS = 500;
  private static final int STEPS_BETWEEN_TESTS = 50;

  private RulesMain() {}

  /**
   * Describes the job.
   *
   * @param length the length of the sequences
   * @param seeds the number of runs of each contender
   * @param steps the largest number of steps of each run
   */
  public record Job(Problem problem, int length, int seeds, int steps) {}

  /** Holds the results. */
  public record Report(List<RuleRun> runs) {}

  /**
   * Reads a {@link Job} and writes a {@link Report}.
   *
   * @param args the files of the job and of the report
   */
  public static void main(String[] args) throws Exception {
    Job job = Json.read(Path.of(args[0]), Job.class);
    DataSet tests = job.problem().batch(TESTS, job.length(), new Random(-1));
    List<RuleRun> runs = new ArrayList<>();
    for (RuleContender contender : RuleContender.values()) {
      for (int seed = 1; seed <= job.seeds(); seed++) {
        runs.add(train(job, contender, seed, tests));
      }
    }
    Json.write(Path.of(args[1]), new Report(runs));
    // ND4J's own threads never end.
    System.exit(0);
  }

  private static RuleRun train(Job job, RuleContender contender, int seed, DataSet tests) {
    MultiLayerNetwork network = job.problem().network(seed);
    AtomicInteger lost = new AtomicInteger();
    network.addListeners(
        new GradientClippingListener(contender.settings())
            .logEvery(0)
            .observe(
                report -> {
                  if (report.isNonFinite()) {
                    lost.incrementAndGet();
                  }
                }));
    Random random = new Random(seed);
    double error = Double.NaN;
    int step = 0;
    boolean dead = false;
    boolean solved = false;
    while (step < job.steps() && !solved && !dead) {
      network.fit(job.problem().batch(BATCH, job.length(), random));
      step++;
      if (step % STEPS_BETWEEN_TESTS == 0 || step == job.steps()) {
        error = job.problem().error(network.output(tests.getFeatures()), tests.getLabels());
        solved = error < Problem.SOLVED;
      }
      // A network with non-finite parameters no longer learns.
      dead = contender == RuleContender.STOCK && lost.get() > 0;
    }
    int steps = dead ? job.steps() - step + lost.get() : lost.get();
    return new RuleRun(
        job.problem(),
        job.length(),
        contender,
        seed,
        solved,
        step,
        dead ? Double.NaN : error,
        steps);
  }
}
