package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.benchmarks.json.Json;
import java.nio.file.Path;

/** Trains one network with batches of one size, in its own JVM. */
public final class TrainingMain {

  private TrainingMain() {}

  /**
   * Describes the job.
   *
   * @param batch the number of examples in a step
   * @param warmupRounds the smallest number of warm-up rounds
   * @param warmupMillis the shortest warm-up time in milliseconds
   * @param rounds the smallest number of measured rounds
   * @param millis the shortest measured time in milliseconds
   */
  public record Job(
      Network network, int batch, int warmupRounds, long warmupMillis, int rounds, long millis) {}

  /**
   * Reads a {@link Job} and writes a {@link TrainingResult}.
   *
   * @param args the files of the job and of the result
   */
  public static void main(String[] args) throws Exception {
    Json.write(Path.of(args[1]), new TrainingRun(Json.read(Path.of(args[0]), Job.class)).run());
    // ND4J's own threads never end.
    System.exit(0);
  }
}
