package io.github.dl4jclipping.report.html;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.report.file.CsvReport;
import io.github.dl4jclipping.report.html.Browser.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.shade.jackson.databind.JsonNode;

/** Pages in a real browser; pictures of them stay in {@code target/screenshots}. */
@RequiresChromium
class HtmlReportInChromiumTest {

  /** How many pixels of a canvas have a colour of their own. */
  private static final String PAINTED =
      """
      return [...document.querySelectorAll(arguments[0] + ' canvas')].map(canvas => {
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const colours = new Set();
        for (let i = 0; i < pixels.length; i += 4) {
          if (pixels[i + 3] > 0) {
            colours.add(pixels[i] + ',' + pixels[i + 1] + ',' + pixels[i + 2]);
          }
        }
        return colours.size;
      });
      """;

  private static final boolean[] BOTH = {false, true};

  /** Runs that are looked at in every way; the others dark on a phone, light on a desktop. */
  private static final Set<Runs> ON_ALL = EnumSet.of(Runs.EXPLODES, Runs.HEALTHY);

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

  private Path page(Runs run) {
    Path path = folder.resolve("page.html");
    try (HtmlReport page = HtmlReport.to(path)) {
      page.title("Run: " + run)
          .configuration("GradientClipping(rule=globalNorm(maxNorm=5.0, normType=L2))");
      run.report(page);
    }
    return path;
  }

  @ParameterizedTest
  @EnumSource
  void isDrawnWithoutAnErrorOnAnyScreen(Runs run) throws Exception {
    Path page = page(run);
    for (Screen screen : Screen.values()) {
      boolean[] schemes = ON_ALL.contains(run) ? BOTH : new boolean[] {screen == Screen.PHONE};
      for (boolean dark : schemes) {
        browser.open(page, screen, dark);
        String name = (run + "-" + screen + (dark ? "-dark" : "-light")).toLowerCase(Locale.ROOT);
        assertThat(browser.screenshot(name)).isNotEmptyFile();
        assertThat(browser.console()).as(name).isEmpty();
        assertThat(browser.run("return document.documentElement.scrollWidth"))
            .as("nothing sticks out to the right: " + name)
            .isEqualTo((long) screen.width);
        assertThat(browser.run("return getComputedStyle(document.body).backgroundColor"))
            .isEqualTo(dark ? "rgb(17, 20, 24)" : "rgb(246, 247, 249)");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TEN_STEPS", "HEALTHY", "LONG", "EXPLODES", "SKIPS", "WORKERS"})
  void everyChartIsPainted(Runs run) {
    browser.open(page(run), Screen.DESKTOP, false);
    assertThat(browser.run("return document.body.dataset.drawn")).isEqualTo("4");
    for (String chart :
        List.of("#norm-chart", "#score-chart", "#coefficient-chart", "#histogram", "#heat-map")) {
      @SuppressWarnings("unchecked")
      List<Long> colours = (List<Long>) browser.run(PAINTED, chart);
      assertThat(colours).as(chart).hasSize(1).allMatch(some -> some > 8);
    }
    assertThat(browser.run("return document.querySelectorAll('.empty').length")).isEqualTo(0L);
  }

  @ParameterizedTest
  @EnumSource
  void saysWhatTheDataSay(Runs run) throws IOException {
    Path page = page(run);
    JsonNode data = Pages.data(page);
    browser.open(page, Screen.DESKTOP, false);
    assertThat(browser.text("#title")).isEqualTo("Run: " + run);
    assertThat(browser.text("#headline")).isEqualTo(data.at("/verdict/headline").asText());
    assertThat(browser.run("return document.title")).isEqualTo("Run: " + run);
    assertThat(browser.text("#tile-steps"))
        .isEqualTo(Words.count(data.at("/totals/steps").asLong()));
    assertThat(browser.text("#tile-clipped"))
        .isEqualTo(Words.percent(data.at("/totals/clippedShare").asDouble()));
    assertThat(browser.text("#tile-non-finite"))
        .isEqualTo(Words.count(data.at("/totals/nonFinite").asLong()));
    assertThat(browser.text("#tile-largest")).isEqualTo(number(data.at("/totals/largestNorm")));
    assertThat(browser.text("#tile-score")).isEqualTo(number(data.at("/totals/lastScore")));
    assertThat(browser.text("#reason"))
        .isEqualTo("Reason: " + data.at("/advice/reason").asText() + ".");
  }

  private static String number(JsonNode value) {
    return value.isNull() ? "n/a" : Words.number(value.asDouble());
  }

  @Test
  void chartsHoldTheNumbersOfTheData() {
    browser.open(page(Runs.TEN_STEPS), Screen.DESKTOP, false);
    // The reader points at the last step; the legend tells its numbers.
    browser.run(
        """
        const over = document.querySelector('#norm-chart .u-over');
        const box = over.getBoundingClientRect();
        const at = {clientX: box.right - 1, clientY: box.top + 9, bubbles: true};
        over.dispatchEvent(new MouseEvent('mouseenter', at));
        over.dispatchEvent(new MouseEvent('mousemove', at));
        """);
    Object shown =
        browser.run(
            "return new Promise(done => requestAnimationFrame(() => done("
                + "[...document.querySelectorAll('#norm-chart .u-value')].map(v => v.textContent))))");
    Object expected =
        browser.run(
            """
            const steps = JSON.parse(document.getElementById('data').textContent).steps;
            return [9, steps.clippedNorm.max[9], steps.norm.max[9], steps.maxNorm.max[9]]
                .map(value => Number(value.toPrecision(4)).toLocaleString('en-US'));
            """);
    assertThat(((List<?>) shown).subList(0, 4)).isEqualTo(expected);
  }

  /** A real run: what a reader of the page sees is what R or a spreadsheet reads in the file. */
  @Test
  void numbersEqualTheFile() throws IOException {
    Path page = folder.resolve("page.html");
    Path file = folder.resolve("steps.csv");
    try (HtmlReport html = HtmlReport.to(page);
        CsvReport csv = CsvReport.create(file)) {
      Model network = Kind.LAYERS.plain(new Sgd(0.1));
      network.addListeners(
          new GradientClippingListener(
                  GradientClipping.builder().maxNorm(0.3).nonFinite(NonFinitePolicy.SKIP).build())
              .observe(html)
              .observe(csv));
      for (int i = 0; i < 40; i++) {
        DataSet batch = Networks.batch(7, i);
        if (i == 17) {
          batch.getFeatures().putScalar(2, 1, Double.NaN);
        }
        Kind.fit(network, batch);
      }
    }
    List<CSVRecord> rows = records(file);
    browser.open(page, Screen.DESKTOP, false);
    assertThat(browser.text("#tile-steps")).isEqualTo("40").isEqualTo("" + rows.size());
    assertThat(browser.text("#tile-non-finite"))
        .isEqualTo("1")
        .isEqualTo("" + count(rows, "outcome", "SKIPPED"));
    assertThat(browser.text("#tile-clipped"))
        .isEqualTo(Words.percent(count(rows, "clipped", "true") / 40.0));
    assertThat(browser.text("#tile-score"))
        .isEqualTo(Words.number(Double.parseDouble(rows.get(39).get("score"))));
    assertThat(browser.text("#tile-largest"))
        .isEqualTo(
            Words.number(
                rows.stream()
                    .map(row -> row.get("norm"))
                    .filter(norm -> !norm.isEmpty())
                    .mapToDouble(Double::parseDouble)
                    .max()
                    .orElseThrow()));
    for (String column : List.of("norm", "clippedNorm", "score", "coefficient")) {
      Object drawn =
          browser.run(
              "return JSON.parse(document.getElementById('data').textContent).steps['"
                  + column
                  + "'].max");
      assertThat((List<?>) drawn).hasSize(40);
      for (int i = 0; i < 40; i++) {
        String written = rows.get(i).get(column);
        Object number = ((List<?>) drawn).get(i);
        if (i != 17) {
          assertThat(((Number) number).doubleValue())
              .as("%s of step %s", column, i)
              .isCloseTo(Double.parseDouble(written), withinPercentage(0.001));
        }
      }
    }
  }

  private static long count(List<CSVRecord> rows, String column, String value) {
    return rows.stream().filter(row -> row.get(column).equals(value)).count();
  }

  private static List<CSVRecord> records(Path file) throws IOException {
    try (CSVParser rows =
        CSVParser.parse(
            file, UTF_8, CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get())) {
      return rows.getRecords();
    }
  }

  @Test
  void namesOfLayersAreNeverCode() {
    browser.open(page(Runs.HOSTILE), Screen.DESKTOP, false);
    assertThat(browser.run("return document.body.dataset.hacked")).isNull();
    assertThat(browser.run("return document.images.length")).isEqualTo(0L);
    assertThat(browser.run("return document.scripts.length")).isEqualTo(3L);
    Object names =
        browser.run(
            "return [...document.querySelectorAll('.incident th[scope=row]')].map(n => n.title)");
    assertThat((List<?>) names)
        .hasSize(4)
        .extracting(String.class::cast)
        .contains(Runs.HOSTILE_NAMES.get(0), Runs.HOSTILE_NAMES.get(3));
  }

  /** A script that somebody else put into the page does not run. */
  @Test
  void policyStopsForeignScripts() throws Exception {
    Path page = page(Runs.TEN_STEPS);
    String html = Files.readString(page);
    Files.writeString(
        page, html.replace("<main>", "<main><script>document.body.dataset.hacked = 1</script>"));
    browser.open(page, Screen.DESKTOP, false);
    assertThat(browser.run("return document.body.dataset.hacked")).isNull();
    assertThat(browser.run("return document.body.dataset.drawn")).isEqualTo("4");
    assertThat(browser.console()).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"PHONE, false", "PHONE, true", "DESKTOP, false", "DESKTOP, true"})
  void textHasContrast(Screen screen, boolean dark) {
    browser.open(page(Runs.EXPLODES), screen, dark);
    Object least =
        browser.run(
            """
            const luminance = colour => colour.match(/[0-9.]+/g).slice(0, 3)
                .map(part => part / 255)
                .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
                .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
            const ground = node => {
              const colour = getComputedStyle(node).backgroundColor;
              return colour === 'rgba(0, 0, 0, 0)' ? ground(node.parentElement) : colour;
            };
            return Math.min(...[...document.querySelectorAll('h1, h2, h3, p, li, dt, dd, th, td, pre')]
                .filter(node => node.offsetParent !== null && node.textContent.trim() !== '')
                .map(node => {
                  const two = [luminance(getComputedStyle(node).color), luminance(ground(node))];
                  return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
                }));
            """);
    assertThat(((Number) least).doubleValue()).isGreaterThanOrEqualTo(4.5); // WCAG AA
  }
}
