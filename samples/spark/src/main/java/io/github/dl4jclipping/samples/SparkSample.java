package io.github.dl4jclipping.samples;

/**
 * Trains the quickstart's network on Spark, two tasks at a time, without and with the plugin. The
 * tasks send their reports to the driver, and this program prints them.
 *
 * <p>Run it with {@code mvn -q -Pspark} from the root of the repository. Add {@code -Dtext=FILE} to
 * use your own text.
 */
public final class SparkSample {

  private SparkSample() {}

  /** Runs the sample. Its system properties are {@code text} and {@code dl4jclipping.root}. */
  public static void main(String[] args) throws Exception {
    WorkersProgram.main("spark", SparkWorkers::new);
  }
}
