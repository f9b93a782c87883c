package io.github.dl4jclipping.samples;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Trains a character-level recurrent network three times from the same seed, at a learning rate at
 * which stock DL4J diverges: stock, with DL4J's own {@code ClipL2PerLayer}, and with the plugin.
 *
 * <p>Run it with {@code mvn -q -Pquickstart} from the root of the repository, or with {@code
 * -Dtext=FILE} on a text of one's own. Exits with status 2 and one line on standard error if that
 * file is no text to learn from.
 */
public final class Quickstart {

  private static final int BATCHES = 80;

  private Quickstart() {}

  /** Runs the quickstart; system properties are {@code text} and {@code dl4jclipping.root}. */
  public static void main(String[] args) throws Exception {
    TextProgram.main("quickstart", BATCHES, Quickstart::run);
  }

  private static void run(String text, ProgressBars bars, PrintStream out) {
    Training training = new Training(text, BATCHES);
    List<RunResult> results = new ArrayList<>();
    for (Contender contender : Contender.values()) {
      results.add(training.run(contender, bars));
    }
    out.println();
    out.println(ResultTable.of(results));
    out.println(Verdict.of(results));
  }
}
