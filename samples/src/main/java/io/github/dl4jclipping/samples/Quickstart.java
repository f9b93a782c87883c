package io.github.dl4jclipping.samples;

import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.MDC;

/**
 * Trains a character-level recurrent network three times from the same seed, at a learning rate at
 * which stock DL4J diverges: stock, with DL4J's own {@code ClipL2PerLayer}, and with the plugin.
 *
 * <p>Run it with {@code mvn -q -Pquickstart} from the root of the repository, or with {@code
 * -Dtext=FILE} on a text of one's own. Exits with status 2 and one line on standard error if that
 * file is no text to learn from.
 */
public final class Quickstart {

  /** Moves to the first column and erases the line: a progress bar may stand there. */
  private static final String ERASE_LINE = "\r\u001B[K";

  private static final int BATCHES = 80;

  private Quickstart() {}

  /** Runs the quickstart; system properties are {@code text} and {@code dl4jclipping.root}. */
  public static void main(String[] args) {
    try {
      run(pathOf(System.getProperty("text", "")), System.out);
    } catch (UnusableTextException e) {
      System.err.println("quickstart: " + e.getMessage());
      System.exit(2);
    }
  }

  private static void run(Path file, PrintStream out) throws UnusableTextException {
    String text = readText(file);
    ProgressBars bars = ProgressBars.onStandardError();
    if (bars.areShown()) {
      MDC.put("lineStart", ERASE_LINE); // each line of the log starts with it, see logback.xml
    }
    out.println("Learning to write like " + file);
    Training training = new Training(text, BATCHES);
    List<RunResult> results = new ArrayList<>();
    for (Contender contender : Contender.values()) {
      results.add(training.run(contender, bars));
    }
    out.println();
    out.println(ResultTable.of(results));
    out.println(Verdict.of(results));
  }

  private static String readText(Path file) throws UnusableTextException {
    int most = BATCHES * CharacterBatches.BATCH_SIZE * CharacterBatches.LENGTH;
    return TextFile.read(file, CharacterBatches.MIN_TEXT, most);
  }

  /** Returns the file of that name, or the repository's licence if there is no name. */
  static Path pathOf(String file) throws UnusableTextException {
    try {
      Path path =
          file.isBlank()
              ? Path.of(System.getProperty("dl4jclipping.root", ""), "LICENSE")
              : Path.of(file);
      return path.toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new UnusableTextException("not a file name in this locale: " + e.getMessage());
    }
  }
}
