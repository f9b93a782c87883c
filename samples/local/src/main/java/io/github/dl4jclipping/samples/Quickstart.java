package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.report.html.HtmlReport;
import io.github.dl4jclipping.report.html.RunComparison;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Trains a character-level recurrent network from the same seed in different ways, at a learning
 * rate at which stock DL4J diverges and on {@linkplain BrokenData data with broken values}: stock,
 * with DL4J's own {@code ClipL2PerLayer}, and with the plugin; with the plugin also on clean data.
 * Writes one page that sets the runs side by side.
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

  private static Path pathOf(Contender contender) {
    return PAGES.resolve(contender.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".html");
  }

  private static HtmlReport pageOf(Contender contender) {
    return HtmlReport.to(pathOf(contender))
        .title("Quickstart: " + contender.label())
        .configuration(contender.clippingOfBrokenData());
  }

  private static void run(String text, ProgressBars bars, PrintStream out) {
    Training training = new Training(text, BATCHES);
    List<RunResult> results = new ArrayList<>();
    Map<String, Path> pages = new LinkedHashMap<>();
    for (Contender contender : Contender.values()) {
      try (HtmlReport page = pageOf(contender)) {
        results.add(training.run(contender, bars, page));
        pages.put(contender.label(), page.path());
      }
    }
    out.println();
    out.println(ResultTable.of(results));
    out.println(Verdict.of(results));
    out.println("What was not finite:");
    results.forEach(
        result ->
            result
                .found()
                .forEach(found -> out.println("  " + result.contender().label() + ", " + found)));
    Path comparison =
        RunComparison.of(pages)
            .title("Quickstart: the same network and data, clipped in different ways")
            .write(PAGES.resolve("comparison.html"));
    out.println("The runs side by side, on a page to open in a browser:");
    out.println("  " + comparison);
  }
}
