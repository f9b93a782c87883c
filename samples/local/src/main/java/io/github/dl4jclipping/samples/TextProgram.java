package io.github.dl4jclipping.samples;

import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.slf4j.MDC;

/** What the samples have in common: a text to learn from, progress bars, an exit status. */
final class TextProgram {

  /** Moves to the first column and erases the line: a progress bar may stand there. */
  private static final String ERASE_LINE = "\r\u001B[K";

  private TextProgram() {}

  /** What a sample does with its text. */
  interface Body {
    void run(String text, ProgressBars bars, PrintStream out) throws Exception;
  }

  /**
   * Runs a sample on the file that the system property {@code text} names; exits with status 2 and
   * one line on standard error if that is no text to learn from.
   *
   * @param name what that line begins with
   * @param batches the most batches that the sample learns from
   */
  static void main(String name, int batches, Body body) throws Exception {
    try {
      run(pathOf(System.getProperty("text", "")), batches, body);
    } catch (UnusableTextException e) {
      System.err.println(name + ": " + e.getMessage());
      System.exit(2);
    }
  }

  private static void run(Path file, int batches, Body body) throws Exception {
    int most = batches * CharacterBatches.BATCH_SIZE * CharacterBatches.LENGTH;
    String text = TextFile.read(file, CharacterBatches.MIN_TEXT, most);
    ProgressBars bars = ProgressBars.onStandardError();
    if (bars.areShown()) {
      MDC.put("lineStart", ERASE_LINE); // each line of the log starts with it, see logback.xml
    }
    System.out.println("Learning to write like " + file);
    body.run(text, bars, System.out);
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
