package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.report.html.HtmlReport;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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

  /** Where Maven's results lie, and are cleaned away. */
  private static final Path PAGES = Path.of("samples", "target", "clipping");

  private Quickstart() {}

  /** Runs the quickstart; system properties are {@code text} and {@code dl4jclipping.root}. */
  public static void main(String[] args) throws Exception {
    TextProgram.main("quickstart", BATCHES, Quickstart::run);
  }

  private static HtmlReport pageOf(Contender contender) {
    String name = contender.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".html";
    return HtmlReport.to(PAGES.resolve(name))
        .title("Quickstart: " + contender.label())
        .configuration(contender.clipping());
  }

  private static void run(String text, ProgressBars bars, PrintStream out) {
    Training training = new Training(text, BATCHES);
    List<RunResult> results = new ArrayList<>();
    List<Path> pages = new ArrayList<>();
    for (Contender contender : Contender.values()) {
      try (HtmlReport page = pageOf(contender)) {
        results.add(training.run(contender, bars, page));
        pages.add(page.path());
      }
    }
    out.println();
    out.println(ResultTable.of(results));
    out.println(Verdict.of(results));
    out.println("Pages, to open in a browser:");
    pages.forEach(page -> out.println("  " + page));
  }
}
