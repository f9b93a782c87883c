package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.benchmarks.json.Json;
import java.nio.file.Path;

/** Trains one network with batches of one size in a JVM of its own. */
public final class TrainingMain {

  private TrainingMain() {}

  /**
   * What to do.
   *
   * @param batch the examples of a step
   * @param warmupRounds the least rounds before anything counts
   * @param warmupMillis and the least time
   * @param rounds the least rounds that count
   * @param millis and the least time
   */
  public record Job(
      Network network, int batch, int warmupRounds, long warmupMillis, int rounds, long millis) {}

  /**
   * Reads a {@link Job} and writes a {@link TrainingResult}.
   *
   * @param args the files of both
   */
  public static void main(String[] args) throws Exception {
    Json.write(Path.of(args[1]), new TrainingRun(Json.read(Path.of(args[0]), Job.class)).run());
    // ND4J keeps threads of its own that never end.
    System.exit(0);
  }
}
