package io.github.dl4jclipping.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.report.file.JsonLinesReport;
import io.github.dl4jclipping.report.html.Browser.Screen;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Comparisons in a real browser; pictures of them stay in {@code target/screenshots}. */
@RequiresChromium
class RunComparisonInChromiumTest {

  private static final List<String> CHARTS =
      List.of("score-chart", "norm-chart", "clipped-norm-chart", "incident-chart");

  private static Browser browser;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    browser = new Browser();
  }

  @AfterAll
  static void stop() {
    browser.close();
  }

  private Path comparison(List<Runs> runs) {
    Map<String, Path> files = new LinkedHashMap<>();
    for (Runs run : runs) {
      Path file = folder.resolve(run + ".html");
      try (HtmlReport page = HtmlReport.to(file)) {
        run.report(page);
      }
      files.put(run.toString(), file);
    }
    return RunComparison.of(files).write(folder.resolve("comparison.html"));
  }

  static Stream<List<Runs>> combinations() {
    return Stream.of(
        List.of(Runs.EXPLODES, Runs.SKIPS, Runs.HEALTHY),
        List.of(Runs.NOTHING),
        List.of(Runs.NOTHING, Runs.ONE_STEP, Runs.DIES_IN_STEP_ONE),
        List.of(Runs.WORKERS, Runs.TEN_STEPS, Runs.LONG),
        List.of(Runs.HOSTILE, Runs.MANY_PARAMETERS, Runs.WHOLE_RANGE, Runs.EXPLODES_BELOW_ZERO));
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void isDrawnWithoutAnErrorOnAnyScreen(List<Runs> runs) throws Exception {
    Path page = comparison(runs);
    for (Screen screen : Screen.values()) {
      for (boolean dark : new boolean[] {false, true}) {
        browser.open(page, screen, dark);
        String name =
            ("comparison-" + runs.get(0) + "-" + screen + (dark ? "-dark" : "-light"))
                .toLowerCase(Locale.ROOT);
        assertThat(browser.screenshot(name)).isNotEmptyFile();
        assertThat(browser.console()).as(name).isEmpty();
        assertThat(browser.run("return document.documentElement.scrollWidth"))
            .as("nothing sticks out to the right: " + name)
            .isEqualTo((long) screen.width);
        assertThat(browser.run("return document.body.innerText.includes('cannot be drawn')"))
            .isEqualTo(false);
      }
    }
  }

  @Test
  void saysWhatEachRunDid() {
    browser.open(
        comparison(List.of(Runs.EXPLODES, Runs.SKIPS, Runs.HEALTHY)), Screen.DESKTOP, false);
    assertThat(browser.text("#headline")).isEqualTo("1 of 3 runs broke");
    Object table =
        browser.run(
            "return [...document.querySelectorAll('#runs-table tbody tr')]"
                + ".map(row => [...row.children].map(cell => cell.textContent))");
    assertThat((List<?>) table)
        .hasSize(3)
        .first()
        .asString()
        .startsWith("[EXPLODES, 413, ")
        .contains("not finite", "Iteration 412 was the first non-finite one");
    assertThat(browser.run("return document.querySelectorAll('#incident-list h3').length"))
        .isEqualTo(2L);
    assertThat(browser.text("#incident-list")).contains("Non-finite gradient at iteration 412");
  }

  /** A click on a run's name in one chart hides it in all, another shows it again. */
  @Test
  void runsAreSwitchedInTheLegend() {
    browser.open(
        comparison(List.of(Runs.EXPLODES, Runs.SKIPS, Runs.HEALTHY)), Screen.DESKTOP, false);
    for (String chart : CHARTS) {
      assertThat(legend(chart)).containsExactly("EXPLODES", "SKIPS", "HEALTHY");
      click(chart, 1);
      assertThat(CHARTS).allSatisfy(each -> assertThat(hidden(each)).containsExactly("SKIPS"));
      click(chart, 1);
      assertThat(CHARTS).allSatisfy(each -> assertThat(hidden(each)).isEmpty());
    }
  }

  private static List<Object> legend(String chart) {
    return rows(chart, ".u-series:not(:first-child)");
  }

  private static List<Object> hidden(String chart) {
    return rows(chart, ".u-series.u-off");
  }

  @SuppressWarnings("unchecked")
  private static List<Object> rows(String chart, String selector) {
    return (List<Object>)
        browser.run(
            "return [...document.querySelectorAll(arguments[0])].map(row => row.textContent)",
            "#" + chart + " " + selector + " .u-label");
  }

  private static void click(String chart, int run) {
    browser.run(
        "document.querySelectorAll(arguments[0])[arguments[1]].click()",
        "#" + chart + " .u-series:not(:first-child) th",
        run);
  }

  @Test
  void jsonLinesDrawTheSameAsThePage() throws Exception {
    Path html = folder.resolve("run.html");
    Path lines = folder.resolve("run.jsonl");
    try (HtmlReport page = HtmlReport.to(html);
        JsonLinesReport file = JsonLinesReport.create(lines)) {
      Runs.SKIPS.report(page);
      Runs.SKIPS.report(file);
    }
    browser.open(
        RunComparison.of(html, lines).write(folder.resolve("both.html")), Screen.DESKTOP, false);
    assertThat(browser.text("#incident-list"))
        .contains("5 steps were not finite, the first at iteration 60");
    assertThat(
            browser.run(
                """
                const [one, other] = JSON.parse(document.getElementById('data').textContent).runs;
                return JSON.stringify([one.steps, one.totals]) === JSON.stringify([other.steps, other.totals]);
                """))
        .isEqualTo(true);
  }
}
