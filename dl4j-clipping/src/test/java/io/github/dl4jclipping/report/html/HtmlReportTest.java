package io.github.dl4jclipping.report.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.norm.JavaSerialization;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.report.UpdateRatios;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.shade.jackson.databind.JsonNode;

class HtmlReportTest {

  private static final long SECOND = 1_000_000_000L;

  @TempDir private Path folder;

  private static long steps(Path page) throws IOException {
    return Pages.data(page).at("/totals/steps").asLong();
  }

  @Test
  void isThereBeforeTheFirstStep() throws Exception {
    Path path = folder.resolve("new").resolve("folders").resolve("page.html");
    try (HtmlReport page =
        HtmlReport.to(path).title("<Run> & 1").configuration(List.of("a", "b"))) {
      assertThat(page.path()).isEqualTo(path);
      assertThat(page).hasToString("HtmlReport(" + path + ")");
      JsonNode data = Pages.data(path);
      assertThat(data.at("/verdict/headline").asText()).isEqualTo("No steps yet");
      assertThat(data.get("state").asText()).isEqualTo("running");
    }
    JsonNode data = Pages.data(path);
    assertThat(data.get("state").asText()).isEqualTo("closed");
    assertThat(data.get("title").asText()).isEqualTo("<Run> & 1");
    assertThat(data.get("configuration").asText()).isEqualTo("[a, b]");
    assertThat(Files.readString(path)).contains("<title>&lt;Run&gt; &amp; 1</title>");
  }

  @Test
  void isOneFileThatAsksNoNetwork() throws Exception {
    Path path = folder.resolve("page.html");
    try (HtmlReport page = HtmlReport.to(path)) {
      Runs.HEALTHY.report(page);
    }
    assertThat(Files.readString(path))
        .doesNotContainPattern("(src|href)=")
        .contains("default-src 'none'")
        .contains("Copyright (c)") // uPlot's licence
        .contains("uPlot");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }

  /** Every 10th step has them; a bias that begins at 0 has none at the first. */
  @Test
  void showsHowFarUpdatesMoveTheParameters() throws Exception {
    Path path = folder.resolve("page.html");
    List<UpdateRatios> seen = new ArrayList<>();
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)));
    try (HtmlReport page = HtmlReport.to(path)) {
      network.addListeners(
          new GradientClippingListener(GradientClipping.byGlobalNorm(1.0))
              .observe(page)
              .observe(new KeepsUpdates(seen)));
      for (int seed = 1; seed <= 11; seed++) {
        network.fit(Networks.batch(7, seed));
      }
    }
    JsonNode shown = Pages.data(path).at("/steps/updateRatio");
    assertThat(seen).hasSize(2);
    assertThat(Pages.numbers(shown.get("max")).get(10))
        .isEqualTo(Collections.max(seen.get(1).byParameter().values()));
    assertThat(Pages.numbers(shown.get("min")).get(10))
        .isEqualTo(Collections.min(seen.get(1).byParameter().values()));
    assertThat(shown.at("/max/5").isNull()).isTrue();
    assertThat(shown.at("/infinite/0").intValue()).isPositive();
  }

  /** Keeps the ratios that it is told. */
  @SuppressWarnings("serial") // never written
  private record KeepsUpdates(List<UpdateRatios> seen) implements ClipObserver {

    @Override
    public void onStep(ClipReport report) {}

    @Override
    public boolean wantsUpdateRatios() {
      return true;
    }

    @Override
    public void onUpdate(UpdateRatios ratios) {
      seen.add(ratios);
    }
  }

  @Test
  void showsWhatTheNetworkReports() throws Exception {
    Path path = folder.resolve("page.html");
    GradientClipping clipping = GradientClipping.byGlobalNorm(0.3);
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    try (HtmlReport page = HtmlReport.to(path).configuration(clipping)) {
      network.addListeners(new GradientClippingListener(clipping).observe(page));
      for (int i = 0; i < 5; i++) {
        network.fit(Networks.batch(7, i));
      }
      assertThatThrownBy(() -> network.fit(Networks.nanBatch(7, 5)))
          .isInstanceOf(NonFiniteGradientException.class);

      JsonNode data = Pages.data(path); // not closed yet
      assertThat(data.at("/totals/steps").asLong()).isEqualTo(6);
      assertThat(data.at("/totals/raised").asLong()).isOne();
      assertThat(data.at("/verdict/headline").asText())
          .isEqualTo("Iteration 5 was the first non-finite one: training stopped there");
      assertThat(data.at("/incidents/0/outcome").asText()).isEqualTo("RAISED");
      assertThat(data.at("/incidents/0/parameters/0/name").asText()).isEqualTo("0_W");
      assertThat(data.get("configuration").asText()).isEqualTo(clipping.toString());
    }
  }

  /** As saveState does: a web server may follow the link from its own folder. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisabledOnOs(OS.WINDOWS)
  void replacesWhatALinkLeadsTo(boolean dangling) throws Exception {
    Path real = Files.createDirectory(folder.resolve("real")).resolve("page.html");
    if (!dangling) {
      HtmlReport.to(real).close();
    }
    Path link = Files.createSymbolicLink(folder.resolve("link.html"), Path.of("real", "page.html"));
    Path second = Files.createSymbolicLink(folder.resolve("second.html"), link);
    Path folderLink = Files.createSymbolicLink(folder.resolve("folder"), folder);
    HtmlReport.to(folderLink.resolve("second.html")).title("of the link").close();
    assertThat(link).isSymbolicLink();
    assertThat(second).isSymbolicLink();
    assertThat(real).content().contains("of the link");
    try (Stream<Path> files = Files.list(real.getParent())) {
      assertThat(files).containsExactly(real);
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void linkToItselfIsRefused() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link.html"), Path.of("link.html"));
    assertThatThrownBy(() -> HtmlReport.to(link))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(link.toString());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void replacesAPageOfItsOwnAndAnEmptyFile(boolean empty) throws Exception {
    Path path = folder.resolve("page.html");
    if (empty) {
      Files.createFile(path);
    } else {
      try (HtmlReport page = HtmlReport.to(path)) {
        Runs.TEN_STEPS.report(page);
      }
    }
    try (HtmlReport page = HtmlReport.to(path)) {
      assertThat(steps(page.path())).isZero();
    }
  }

  /** Places where a page cannot be. */
  enum BadPlace {
    SOMEBODY_ELSES_FILE("exists and is no page of HtmlReport") {
      @Override
      Path in(Path folder) throws IOException {
        return Files.writeString(folder.resolve("thesis.html"), "<html>years of work</html>");
      }
    },
    FOLDER("is a folder: name a file in it") {
      @Override
      Path in(Path folder) {
        return folder;
      }
    },
    DEVICE("exists and is no page of HtmlReport") {
      @Override
      Path in(Path folder) {
        return Path.of("/dev/null");
      }
    },
    BELOW_A_FILE("cannot make the folder of") {
      @Override
      Path in(Path folder) throws IOException {
        return Files.createFile(folder.resolve("file")).resolve("page.html");
      }
    },
    NOT_WRITABLE("cannot write") {
      @Override
      Path in(Path folder) {
        return Path.of("/proc/page.html"); // not even for root
      }
    },
    NAME_TOO_LONG("cannot write") {
      @Override
      Path in(Path folder) {
        return folder.resolve("p".repeat(300));
      }
    };

    private final String complaint;

    BadPlace(String complaint) {
      this.complaint = complaint;
    }

    abstract Path in(Path folder) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void saysAtOnceWhereItCannotBe(BadPlace place) throws Exception {
    Path path = place.in(folder);
    assertThatThrownBy(() -> HtmlReport.to(path))
        .isInstanceOfAny(IllegalArgumentException.class, UncheckedIOException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(place.complaint);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).allMatch(file -> file.equals(path) || file.equals(path.getParent()));
    }
    if (place == BadPlace.SOMEBODY_ELSES_FILE) {
      assertThat(path).hasContent("<html>years of work</html>");
    }
  }

  @Test
  void refusesNull() {
    assertThatThrownBy(() -> HtmlReport.to(null)).hasMessage("path must not be null");
    try (HtmlReport page = HtmlReport.to(folder.resolve("page.html"))) {
      assertThatThrownBy(() -> page.title(null)).hasMessage("title must not be null");
      assertThatThrownBy(() -> page.configuration(null))
          .hasMessage("configuration must not be null");
    }
  }

  @Test
  void writesSeldomWhileTrainingRuns() throws Exception {
    AtomicLong clock = new AtomicLong();
    Path path = folder.resolve("page.html");
    try (HtmlReport page = HtmlReport.to(path, clock::get)) {
      page.onStep(Runs.step(0, 1, 5, 1));
      assertThat(steps(path)).isZero();
      clock.addAndGet(2 * SECOND);
      page.onStep(Runs.step(1, 1, 5, 1));
      assertThat(steps(path)).isEqualTo(2);
      page.onStep(Runs.step(2, 1, 5, 1));
      page.onEpochEnd(0);
      assertThat(steps(path)).isEqualTo(3);
    }
  }

  @Test
  void takesAHundredthOfTheTime() throws Exception {
    AtomicLong clock = new AtomicLong();
    AtomicLong reads = new AtomicLong();
    Path path = folder.resolve("page.html");
    // Each write seems to take a second: it reads the clock when it starts and when it ends.
    try (HtmlReport page =
        HtmlReport.to(path, () -> clock.addAndGet(reads.incrementAndGet() < 4 ? SECOND : 0))) {
      page.onStep(Runs.step(0, 1, 5, 1));
      page.onEpochEnd(0);
      assertThat(steps(path)).isZero();
      clock.addAndGet(98 * SECOND);
      page.onEpochEnd(0);
      assertThat(steps(path)).isZero();
      clock.addAndGet(2 * SECOND);
      page.onEpochEnd(0);
      assertThat(steps(path)).isOne();
    }
  }

  @Test
  void writesAtOnceWhenTheGradientBreaks() throws Exception {
    Path path = folder.resolve("page.html");
    try (HtmlReport page = HtmlReport.to(path, () -> 0)) {
      Runs.healthy(page, 3, 5);
      for (int incident = 1; incident <= 5; incident++) {
        Runs.broken(page, 2 + incident, StepOutcome.SKIPPED, 1);
        // 1, 2, 4: the more there are, the less each of them is news.
        assertThat(Pages.data(path).at("/totals/skipped").asLong())
            .isEqualTo(Long.highestOneBit(incident));
      }
      Runs.broken(page, 8, StepOutcome.RAISED, 1);
      assertThat(steps(path)).isEqualTo(9);
    }
  }

  @Test
  void closedPageTakesNoMoreSteps() throws Exception {
    Path path = folder.resolve("page.html");
    HtmlReport page = HtmlReport.to(path);
    Runs.TEN_STEPS.report(page);
    page.close();
    page.close();
    page.onEpochEnd(1);
    assertThat(steps(path)).isEqualTo(10);
    assertThatThrownBy(() -> Runs.TEN_STEPS.report(page))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining("closed");
    assertThat(steps(path)).isEqualTo(10);
  }

  @Test
  void goesOnWhereItCannotWriteForAWhile() throws Exception {
    Path path = folder.resolve("inner").resolve("page.html");
    HtmlReport page = HtmlReport.to(path);
    Files.delete(path);
    Files.delete(path.getParent());
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Runs.broken(page, 0, StepOutcome.RAISED, 1);
      Runs.broken(page, 1, StepOutcome.RAISED, 1);
      assertThat(log.at(Level.WARN))
          .containsExactly(
              "Cannot write " + path + ". It is tried again later. Training continues.");
    }
    Files.createDirectory(path.getParent());
    assertThatCode(page::close).doesNotThrowAnyException();
    assertThat(steps(path)).isEqualTo(2);
  }

  @Test
  void doesNotTravel() {
    try (HtmlReport page = HtmlReport.to(folder.resolve("page.html"))) {
      assertThatThrownBy(() -> JavaSerialization.roundTrip(page))
          .hasRootCauseInstanceOf(java.io.NotSerializableException.class)
          .hasMessageContaining("does not travel")
          .hasMessageContaining("on Spark");
    }
  }

  /** Ends without a call of close. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      HtmlReport page = HtmlReport.to(Path.of(arguments[0]));
      Runs.TEN_STEPS.report(page);
      switch (arguments[1]) {
        case "exits" -> System.exit(3);
        case "fails" -> throw new IllegalStateException("on purpose");
        default -> Runs.ONE_STEP.report(page);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exits", "fails", "returns"})
  void isCompletedWhenTheProgramEnds(String how) throws Exception {
    Path path = folder.resolve("page.html");
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                path.toString(),
                how)
            .redirectErrorStream(true)
            .start();
    program.getInputStream().readAllBytes();
    program.waitFor();
    assertThat(Pages.data(path).get("state").asText()).isEqualTo("ended");
    assertThat(steps(path)).isEqualTo(how.equals("returns") ? 11 : 10);
  }
}
