package io.github.dl4jclipping.report.html;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.report.file.JsonLinesReport;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

class RunComparisonTest {

  @TempDir private Path folder;

  private Path page(String name, Runs run) {
    Path path = folder.resolve(name);
    try (HtmlReport page = HtmlReport.to(path).title("Title of " + name)) {
      run.report(page);
    }
    return path;
  }

  private Path lines(String name, Runs run) {
    Path path = folder.resolve(name);
    try (JsonLinesReport lines = JsonLinesReport.create(path)) {
      run.report(lines);
    }
    return path;
  }

  private JsonNode written(RunComparison comparison) throws IOException {
    return Pages.data(comparison.write(folder.resolve("comparison.html")));
  }

  @Test
  void showsThePointsOfEachPage() throws Exception {
    Path one = page("one.html", Runs.SKIPS);
    Path other = page("other.html", Runs.LONG);
    JsonNode data = written(RunComparison.of(one, other).title("<Both> & more"));
    assertThat(data.get("title").asText()).isEqualTo("<Both> & more");
    assertThat(data.get("state").asText()).isEqualTo("closed");
    assertThat(data.at("/verdict/headline").asText())
        .isEqualTo("2 runs: no NaN or Inf reached a network");
    assertThat(data.get("runs")).hasSize(2);
    JsonNode run = data.at("/runs/0");
    JsonNode page = Pages.data(one);
    assertThat(run.get("name").asText()).isEqualTo("Title of one.html");
    for (String key : List.of("x", "width", "verdict", "totals", "incidentCount")) {
      assertThat(run.get(key)).as(key).isEqualTo(page.get(key));
    }
    run.get("steps")
        .fields()
        .forEachRemaining(
            column ->
                assertThat(column.getValue()).isEqualTo(page.at("/steps/" + column.getKey())));
    assertThat(run.get("incidents"))
        .hasSize(5)
        .first()
        .extracting(JsonNode::asText)
        .asString()
        .startsWith("Non-finite gradient at iteration 60");
    assertThat(Pages.data(other)).isNotNull();
  }

  /** What JSON Lines keep of a run makes the same points, to the last bit. */
  @ParameterizedTest
  @EnumSource
  void jsonLinesEqualThePage(Runs run) throws Exception {
    JsonNode data = written(RunComparison.of(page("run.html", run), lines("run.jsonl", run)));
    ObjectNode ofPage = (ObjectNode) data.at("/runs/0");
    ObjectNode ofLines = (ObjectNode) data.at("/runs/1");
    for (String key : List.of("x", "width", "steps", "totals")) {
      assertThat(ofLines.get(key)).as(key).isEqualTo(ofPage.get(key));
    }
    assertThat(data.at("/verdict/details").findValuesAsText("")).isEmpty();
  }

  @Test
  void jsonLinesKeepTheLossScale() throws Exception {
    Path file = folder.resolve("run.jsonl");
    ClipReport plain = Runs.step(0, 1, 5, 1);
    try (JsonLinesReport lines = JsonLinesReport.create(file)) {
      lines.onStep(
          new ClipReport(
              0,
              0,
              1,
              1,
              Double.NaN,
              Double.NaN,
              Double.POSITIVE_INFINITY,
              StepOutcome.OVERFLOWED,
              plain.parameterNorms(),
              "main",
              List.of(),
              new LossScaleStatus(1024, 3, 2)));
    }
    JsonNode totals = written(RunComparison.of(file)).at("/runs/0/totals");
    assertThat(totals.get("lastLossScale").asDouble()).isEqualTo(1024);
    assertThat(totals.get("overflowed").asLong()).isOne();
  }

  @Test
  void namesRunsByTitleThenByPath() {
    Path one = page("one.html", Runs.ONE_STEP);
    Path lines = lines("steps.jsonl", Runs.ONE_STEP);
    assertThat(RunComparison.of(one, lines).names())
        .containsExactly("Title of one.html", "steps.jsonl");
    Path same = page("one2.html", Runs.ONE_STEP);
    try (HtmlReport page = HtmlReport.to(same).title("Title of one.html")) {
      Runs.ONE_STEP.report(page);
    }
    assertThat(RunComparison.of(one, same).names())
        .containsExactly(one.toString(), same.toString());
    Map<String, Path> named = new LinkedHashMap<>();
    named.put("z", one);
    named.put("a", one);
    assertThat(RunComparison.of(named).names()).containsExactly("z", "a");
    assertThat(RunComparison.of(named)).hasToString("RunComparison(z, a)");
    assertThatThrownBy(() -> RunComparison.of(one, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(one + " is named twice");
  }

  @Test
  void tellsOfDifferentNetworks() throws Exception {
    JsonNode data =
        written(
            RunComparison.of(
                page("one.html", Runs.TEN_STEPS), page("other.html", Runs.MANY_PARAMETERS)));
    assertThat(data.at("/verdict/details/0").asText())
        .startsWith("The runs are of networks with different parameters");
    assertThat(
            written(RunComparison.of(page("one.html", Runs.TEN_STEPS), page("n", Runs.NOTHING)))
                .at("/verdict/details"))
        .as("a run without steps has no other parameters")
        .isEmpty();
  }

  @Test
  void tellsOfStepsThatAreNotInOrder() throws Exception {
    assertThat(
            written(RunComparison.of(page("w.html", Runs.WORKERS)))
                .at("/verdict/details/0")
                .asText())
        .contains("in the order of their arrival");
  }

  @Test
  void countsRunsThatBroke() throws Exception {
    JsonNode data =
        written(
            RunComparison.of(
                page("e.html", Runs.EXPLODES),
                page("s.html", Runs.SKIPS),
                lines("e.jsonl", Runs.DIES_IN_STEP_ONE)));
    assertThat(data.at("/verdict/headline").asText()).isEqualTo("2 of 3 runs broke");
  }

  @Test
  void runsWithoutStepsAreRuns() throws Exception {
    Path empty = Files.createFile(folder.resolve("empty.jsonl"));
    JsonNode data = written(RunComparison.of(page("none.html", Runs.NOTHING), empty));
    assertThat(data.get("runs"))
        .allSatisfy(run -> assertThat(run.at("/totals/steps").asLong()).isZero());
    assertThat(data.at("/verdict/level").asText()).isEqualTo("good");
  }

  /** A process that was killed may leave half a line. */
  @Test
  void tornLastLineDoesNotCount() throws Exception {
    Path file = lines("steps.jsonl", Runs.TEN_STEPS);
    String text = Files.readString(file);
    Files.writeString(file, text.substring(0, text.length() - 20));
    assertThat(written(RunComparison.of(file)).at("/runs/0/totals/steps").asLong()).isEqualTo(9);
  }

  /** Files that are no run. */
  enum BadFile {
    MISSING("there is no file"),
    FOLDER("is a folder: name a page or a file of JSON Lines in it"),
    TEXT("line 1 is no report of a step"),
    CSV("line 1 is no report of a step"),
    OTHER_JSON("line 1 is no report of a step"),
    NUMBER("line 1 is no report of a step"),
    BINARY("it is not UTF-8 text"),
    SOMEBODY_ELSES_PAGE("line 1 is no report of a step"),
    BAD_LINE("line 3 is no report of a step"),
    NEW_OUTCOME("line 1 is no report of a step"),
    PAGE_CUT_OFF("is a page of HtmlReport without data of format 1"),
    PAGE_OF_THE_FUTURE("is a page of HtmlReport without data of format 1"),
    COMPARISON("is a comparison already: name the pages of its runs");

    private final String complaint;

    BadFile(String complaint) {
      this.complaint = complaint;
    }

    Path in(RunComparisonTest test) throws IOException {
      Path file = test.folder.resolve("bad");
      String page = Files.readString(test.page("p.html", Runs.TEN_STEPS));
      String line = Files.readAllLines(test.lines("l.jsonl", Runs.ONE_STEP)).get(0) + "\n";
      return switch (this) {
        case MISSING -> file;
        case FOLDER -> Files.createDirectory(file);
        case TEXT -> Files.writeString(file, "Dear diary,\n");
        case CSV -> Files.writeString(file, "iteration,epoch,score\n0,0,1\n");
        case OTHER_JSON -> Files.writeString(file, "{\"a\":1}\n");
        case NUMBER -> Files.writeString(file, "17\n18\n");
        case BINARY -> Files.write(file, new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 1, 2});
        case SOMEBODY_ELSES_PAGE -> Files.writeString(file, "<!DOCTYPE html><p>Hello</p>");
        case BAD_LINE -> Files.writeString(file, line + line + "{\"iteration\":3}\n" + line);
        case NEW_OUTCOME ->
            Files.writeString(file, line.replace("UNCHANGED", "X").replace("CLIPPED", "X"));
        case PAGE_CUT_OFF ->
            Files.writeString(file, page.substring(0, page.indexOf("clippedNorm")));
        case PAGE_OF_THE_FUTURE ->
            Files.writeString(file, page.replace("{\"format\":1", "{\"format\":2"));
        case COMPARISON -> RunComparison.of(test.folder.resolve("p.html")).write(file);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhatIsNoRun(BadFile bad) throws Exception {
    Path file = bad.in(this);
    Path good = page("good.html", Runs.TEN_STEPS);
    assertThatThrownBy(() -> RunComparison.of(good, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(bad.complaint);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, RunComparison.MAX_RUNS + 1})
  void refusesNoneAndTooMany(int count) {
    Path page = page("page.html", Runs.ONE_STEP);
    Path[] files = Stream.generate(() -> page).limit(count).toArray(Path[]::new);
    assertThatThrownBy(() -> RunComparison.of(files))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a comparison needs 1 to 12 runs, but there are " + count);
    Map<String, Path> named = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      named.put("run " + i, page);
    }
    assertThatThrownBy(() -> RunComparison.of(named))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 12 runs");
  }

  @Test
  void refusesNull() {
    Path page = page("page.html", Runs.ONE_STEP);
    assertThatThrownBy(() -> RunComparison.of((Path[]) null)).hasMessage("files must not be null");
    assertThatThrownBy(() -> RunComparison.of((Map<String, Path>) null))
        .hasMessage("files must not be null");
    assertThatThrownBy(() -> RunComparison.of(page, null)).hasMessage("file must not be null");
    RunComparison comparison = RunComparison.of(page);
    assertThatThrownBy(() -> comparison.title(null)).hasMessage("title must not be null");
    assertThatThrownBy(() -> comparison.write(null)).hasMessage("page must not be null");
  }

  /**
   * The runs themselves are safe: a comparison replaces comparisons only, and a run's page none.
   */
  @Test
  void replacesOnlyComparisons() throws Exception {
    Path run = page("run.html", Runs.TEN_STEPS);
    String before = Files.readString(run);
    RunComparison comparison = RunComparison.of(run);
    assertThatThrownBy(() -> comparison.write(run))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(run + " exists and is no page of RunComparison");
    assertThat(run).content(UTF_8).isEqualTo(before);
    assertThatThrownBy(() -> comparison.write(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is a folder");
    Path page = comparison.write(folder.resolve("new").resolve("folders").resolve("both.html"));
    assertThat(comparison.title("Again").write(page)).isEqualTo(page);
    assertThat(Pages.data(page).get("title").asText()).isEqualTo("Again");
    assertThatThrownBy(() -> HtmlReport.to(page))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no page of HtmlReport");
  }
}
