package io.github.dl4jclipping.samples;

/**
 * Trains the quickstart's network on two threads, with DL4J's ParallelWrapper, without and with the
 * plugin.
 *
 * <p>Run it with {@code mvn -q -Pparallel} from the root of the repository, or with {@code
 * -Dtext=FILE} on a text of one's own.
 */
public final class ParallelSample {

  private ParallelSample() {}

  /** Runs the sample; system properties are {@code text} and {@code dl4jclipping.root}. */
  public static void main(String[] args) throws Exception {
    WorkersProgram.main("parallel", ParallelWorkers::new);
  }
}
