package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.benchmarks.json.Json;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.linalg.dataset.DataSet;

/** Trains a small network for very many steps with log, page, CSV file and metrics. */
public final class GrowthMain {

  private static final int BATCH = 8;
  private static final int POINTS = 20;

  private GrowthMain() {}

  /**
   * What to do.
   *
   * @param steps the steps in all
   */
  public record Job(int steps) {}

  /** What was found. */
  public record Report(List<GrowthPoint> points) {}

  /**
   * Reads a {@link Job} and writes a {@link Report}.
   *
   * @param args the files of both
   */
  public static void main(String[] args) throws Exception {
    Job job = Json.read(Path.of(args[0]), Job.class);
    DataSet batch = Network.SMALL.batch(BATCH);
    NeuralNetwork network = Network.SMALL.build(Variant.WATCHED, new UpdatePhase());
    train(network, batch, job.steps() / 100); // warms up
    List<GrowthPoint> points = new ArrayList<>();
    for (int point = 1; point <= POINTS; point++) {
      int steps = job.steps() / POINTS;
      long start = System.nanoTime();
      train(network, batch, steps);
      double nanos = (double) (System.nanoTime() - start) / steps;
      System.gc();
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      points.add(new GrowthPoint((long) point * steps, nanos, heap, Pointer.totalBytes()));
    }
    Json.write(Path.of(args[1]), new Report(points));
    // ND4J keeps threads of its own that never end.
    System.exit(0);
  }

  private static void train(NeuralNetwork network, DataSet batch, int steps) {
    for (int i = 0; i < steps; i++) {
      network.fit(batch);
    }
  }
}
