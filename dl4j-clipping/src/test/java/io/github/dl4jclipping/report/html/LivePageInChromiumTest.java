package io.github.dl4jclipping.report.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.report.html.Browser.Screen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page that is open while the run goes on. */
@RequiresChromium
class LivePageInChromiumTest {

  private static final String HAS_102_STEPS =
      "return document.querySelector('#tile-steps')?.textContent === '102'";

  /** Drags over a part of a chart, which zooms into it. */
  private static final String ZOOM =
      """
      const over = document.querySelector('#norm-chart .u-over');
      const box = over.getBoundingClientRect();
      const fire = (target, type, share) => target.dispatchEvent(new MouseEvent(type,
          {clientX: box.left + share * box.width, clientY: box.top + 50, movementX: 1,
              bubbles: true, view: window}));
      fire(over, 'mouseenter', 0.3);
      fire(over, 'mousemove', 0.3);
      fire(over, 'mousedown', 0.3);
      fire(over, 'mousemove', 0.6);
      fire(document, 'mouseup', 0.6);
      """;

  /** Points at both ends of a chart and returns the iterations there. */
  private static final String ENDS =
      """
      const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
      return (async () => {
        const over = document.querySelector(arguments[0] + ' .u-over');
        await painted();
        const box = over.getBoundingClientRect();
        const ends = [];
        for (const x of [box.left + 1, box.right - 1]) {
          const at = {clientX: x, clientY: box.top + 9, bubbles: true};
          over.dispatchEvent(new MouseEvent('mouseenter', at));
          over.dispatchEvent(new MouseEvent('mousemove', at));
          await painted();
          ends.push(document.querySelector(arguments[0] + ' .u-value').textContent);
        }
        return ends;
      })();
      """;

  private static final String HIDDEN_SERIES =
      "return [...document.querySelectorAll('.u-series.u-off')].map(row => row.textContent)";

  private static Browser browser;

  private final AtomicLong clock = new AtomicLong();
  private Path path;
  private HtmlReport page;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    browser = new Browser();
  }

  @AfterAll
  static void stop() {
    browser.close();
  }

  @BeforeEach
  void train() {
    path = folder.resolve("page.html");
    page = HtmlReport.to(path, clock::get);
    Runs.healthy(page, 100, 5);
    Runs.broken(page, 100, StepOutcome.SKIPPED, 1);
  }

  /** The 102nd step, so late that it is written at once. */
  private void trainOn() {
    clock.addAndGet(3_000_000_000L);
    page.onStep(Runs.step(101, 1, 5, 1));
  }

  @AfterEach
  void end() {
    page.close();
  }

  @Test
  void showsWhatHappensAndSaysWhenItIsOver() {
    browser.open(path, Screen.DESKTOP, false);
    assertThat(browser.text("#tile-steps")).isEqualTo("101");
    assertThat(browser.text("#state")).startsWith("Training was running at ");

    trainOn();
    browser.waitUntil(HAS_102_STEPS);
    assertThat(browser.text("#state")).startsWith("Training was running at ");

    page.close();
    browser.waitUntil(
        "return document.querySelector('#state')?.textContent.startsWith('Complete, written at ')");
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void keepsTheReadersPlace() {
    browser.open(path, Screen.DESKTOP, false);
    browser.run(ZOOM);
    Object zoomed = browser.run(ENDS, "#norm-chart");
    assertThat(zoomed).asInstanceOf(LIST).hasSize(2).doesNotContain("0", "100");
    assertThat(browser.run(ENDS, "#score-chart")).as("charts zoom together").isEqualTo(zoomed);
    browser.run(
        """
        document.querySelector('.incident details').open = true;
        document.querySelectorAll('#norm-chart .u-series')[2].querySelector('th').click();
        document.getElementById('incidents').scrollIntoView();
        window.isOld = true;
        """);
    assertThat((List<?>) browser.run(HIDDEN_SERIES)).hasSize(1);
    double top = top();
    assertThat(browser.run("return scrollY > 500")).isEqualTo(true);

    trainOn();
    browser.waitUntil("if (window.isOld) return false; " + HAS_102_STEPS);

    assertThat(browser.run("return document.querySelector('.incident details').open"))
        .isEqualTo(true);
    assertThat(top()).isCloseTo(top, within(2.0));
    assertThat((List<?>) browser.run(HIDDEN_SERIES))
        .singleElement()
        .asString()
        .startsWith("before clipping");
    assertThat(browser.run(ENDS, "#norm-chart")).isEqualTo(zoomed);
    assertThat(browser.run(ENDS, "#score-chart")).isEqualTo(zoomed);
    assertThat(browser.console()).isEmpty();
  }

  /** Where nobody zoomed, what comes is seen. */
  @Test
  void growsWithTheRun() {
    browser.open(path, Screen.PHONE, false);
    trainOn();
    browser.waitUntil(HAS_102_STEPS);
    browser.open(path, Screen.DESKTOP, true);
    assertThat(browser.run(ENDS, "#norm-chart")).isEqualTo(List.of("0", "101"));
    assertThat(browser.run("return scrollY")).isEqualTo(0L);
  }

  @Test
  void waitsWhileTheReaderIsBusy() {
    browser.open(path, Screen.DESKTOP, false);
    browser.run("getSelection().selectAllChildren(document.getElementById('headline'))");
    trainOn();
    browser.run(
        """
        window.isOld = true;
        window.delays = 0;
        const plain = setTimeout;
        window.setTimeout = (task, delay) => {
          window.delays += delay === 500 ? 1 : 0;
          return plain(task, delay);
        };
        """);
    browser.waitUntil("return window.delays >= 3");
    assertThat(browser.run("return window.isOld")).isEqualTo(true);
    browser.run("getSelection().removeAllRanges()");
    browser.waitUntil(HAS_102_STEPS);
  }

  @Test
  void completePageNeedsNothingElse() throws Exception {
    page.close();
    Path alone = Files.createDirectory(folder.resolve("alone")).resolve("copy.html");
    Files.copy(path, alone);
    browser.open(alone, Screen.DESKTOP, false);
    assertThat(browser.text("#tile-steps")).isEqualTo("101");
    assertThat(browser.run("return performance.getEntriesByType('resource').length")).isEqualTo(0L);
    assertThat(browser.console()).isEmpty();
  }

  private double top() {
    Object top =
        browser.run("return document.getElementById('incidents').getBoundingClientRect().top");
    return ((Number) top).doubleValue();
  }
}
