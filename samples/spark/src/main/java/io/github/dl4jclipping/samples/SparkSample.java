package io.github.dl4jclipping.samples;

/**
 * Trains the quickstart's network on Spark, two tasks at a time, without and with the plugin; what
 * the tasks report comes back to the driver and is told here.
 *
 * <p>Run it with {@code mvn -q -Pspark} from the root of the repository, or with {@code
 * -Dtext=FILE} on a text of one's own.
 */
public final class SparkSample {

  private SparkSample() {}

  /** Runs the sample; system properties are {@code text} and {@code dl4jclipping.root}. */
  public static void main(String[] args) throws Exception {
    WorkersProgram.main("spark", SparkWorkers::new);
  }
}
