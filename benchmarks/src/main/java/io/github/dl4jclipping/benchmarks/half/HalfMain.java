package io.github.dl4jclipping.benchmarks.half;

import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.benchmarks.json.Json;
import io.github.dl4jclipping.benchmarks.statistics.Median;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Trains every contender on one problem, in its own JVM. */
public final class HalfMain {

  private static final int STRETCHES = 20;
  private static final long SEED = 1;

  private HalfMain() {}

  /** Describes the job. */
  public record Job(HalfProblem problem, int steps) {}

  /** Holds the results. */
  public record Report(List<HalfRun> runs) {}

  /**
   * Reads a {@link Job} and writes a {@link Report}.
   *
   * @param args the files of the job and of the report
   */
  public static void main(String[] args) throws Exception {
    Job job = Json.read(Path.of(args[0]), Job.class);
    List<HalfRun> runs = new ArrayList<>();
    for (HalfContender contender : HalfContender.values()) {
      runs.add(train(job, contender));
    }
    Json.write(Path.of(args[1]), new Report(runs));
    // ND4J's own threads never end.
    System.exit(0);
  }

  private static HalfRun train(Job job, HalfContender contender) {
    HalfProblem problem = job.problem();
    MultiLayerNetwork network = problem.network(contender.type());
    List<ClipReport> reports = new ArrayList<>();
    Zeros zeros = new Zeros();
    network.addListeners(
        zeros,
        new GradientClippingListener(contender.settings(problem.maxNorm()))
            .logEvery(0)
            .observe(reports::add));
    Random random = new Random(SEED);
    double[] micros = new double[job.steps()];
    int step = 0;
    try {
      for (; step < job.steps(); step++) {
        var batch = problem.batch(random);
        long start = System.nanoTime();
        network.fit(batch);
        micros[step] = (System.nanoTime() - start - zeros.takeNanos()) / 1e3;
      }
    } catch (NonFiniteGradientException e) {
      // the last report has the iteration
    }
    boolean broke = step < job.steps();
    int stretch = Math.max(1, job.steps() / STRETCHES);
    return new HalfRun(
        problem,
        contender,
        stretch,
        means(reports, stretch, problem.lossWeight()),
        zeros.share(),
        reports.stream().filter(report -> report.outcome() == StepOutcome.OVERFLOWED).count(),
        broke ? step : -1,
        broke ? Double.NaN : Median.of(micros).value());
  }

  /** Returns the mean score of each complete stretch of steps. */
  private static List<Double> means(List<ClipReport> reports, int stretch, double weight) {
    List<Double> means = new ArrayList<>();
    for (int from = 0; from + stretch <= reports.size(); from += stretch) {
      means.add(
          reports.subList(from, from + stretch).stream()
              .mapToDouble(report -> report.score() / weight)
              .average()
              .orElseThrow());
    }
    return means;
  }

  /** Counts exact zeros in the gradients as DL4J computes them, before anything is clipped. */
  private static final class Zeros extends BaseTrainingListener {

    private double shares;
    private int steps;
    private long nanos;

    @Override
    public void onGradientCalculation(Model model) {
      long start = System.nanoTime();
      INDArray gradient = ((MultiLayerNetwork) model).getFlattenedGradients();
      shares += gradient.eq(0).castTo(DataType.DOUBLE).meanNumber().doubleValue();
      steps++;
      nanos += System.nanoTime() - start;
    }

    /** Returns the time spent on counting since the last call. */
    private long takeNanos() {
      long taken = nanos;
      nanos = 0;
      return taken;
    }

    private double share() {
      return steps == 0 ? 0 : shares / steps;
    }
  }
}
