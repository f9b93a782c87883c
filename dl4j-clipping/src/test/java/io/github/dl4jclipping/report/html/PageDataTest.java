package io.github.dl4jclipping.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.shade.jackson.databind.JsonNode;

/** The numbers on the page are those of the reports. */
class PageDataTest {

  private static final int MIB = 1 << 20;

  @TempDir private Path folder;

  private JsonNode data(Runs run) throws IOException {
    Path path = folder.resolve("page.html");
    try (HtmlReport page = HtmlReport.to(path)) {
      run.report(page);
    }
    assertThat(Files.size(path)).isLessThan(5 * MIB);
    return Pages.data(path);
  }

  private static List<ClipReport> reports(Runs run) {
    CollectingObserver all = new CollectingObserver();
    run.report(all);
    return all.steps;
  }

  @ParameterizedTest
  @EnumSource(names = {"NOTHING", "ONE_STEP", "TEN_STEPS", "EXPLODES", "SKIPS", "WHOLE_RANGE"})
  void eachStepIsAPoint(Runs run) throws Exception {
    JsonNode steps = data(run).get("steps");
    List<ClipReport> reports = reports(run);
    same(steps.at("/norm"), reports, ClipReport::norm);
    same(steps.at("/clippedNorm"), reports, ClipReport::clippedNorm);
    same(steps.at("/coefficient"), reports, ClipReport::coefficient);
    same(steps.at("/maxNorm"), reports, ClipReport::maxNorm);
    same(steps.at("/score"), reports, ClipReport::score);
    assertThat(Pages.numbers(steps.get("firstIteration")))
        .isEqualTo(reports.stream().map(report -> (double) report.iteration()).toList());
    assertThat(Pages.numbers(steps.get("clipped")))
        .isEqualTo(reports.stream().map(report -> report.isClipped() ? 1.0 : 0.0).toList());
    assertThat(Pages.numbers(steps.get("epoch")))
        .isEqualTo(reports.stream().map(report -> (double) report.epoch()).toList());
  }

  private static void same(
      JsonNode range, List<ClipReport> reports, ToDoubleFunction<ClipReport> value) {
    List<Double> expected =
        reports.stream()
            .map(value::applyAsDouble)
            .map(each -> Double.isFinite(each) ? each : Double.NaN)
            .toList();
    assertThat(Pages.numbers(range.get("min"))).isEqualTo(expected);
    assertThat(Pages.numbers(range.get("max"))).isEqualTo(expected);
    assertThat(Pages.numbers(range.get("nan")))
        .isEqualTo(
            reports.stream()
                .map(each -> Double.isNaN(value.applyAsDouble(each)) ? 1. : 0)
                .toList());
    assertThat(Pages.numbers(range.get("infinite")))
        .isEqualTo(
            reports.stream()
                .map(each -> Double.isInfinite(value.applyAsDouble(each)) ? 1. : 0)
                .toList());
  }

  @ParameterizedTest
  @EnumSource
  void totalsAreThoseOfAllSteps(Runs run) throws Exception {
    JsonNode totals = data(run).get("totals");
    ClipSummary summary = ClipSummary.EMPTY;
    for (ClipReport report : reports(run)) {
      summary = summary.plus(report);
    }
    assertThat(totals.get("steps").asLong()).isEqualTo(summary.steps());
    assertThat(totals.get("clipped").asLong()).isEqualTo(summary.clipped());
    assertThat(totals.get("nonFinite").asLong()).isEqualTo(summary.nonFinite());
    assertThat(totals.get("clippedShare").asDouble()).isEqualTo(summary.clippedShare());
    assertThat(List.of(totals.get("largestNorm"), totals.get("meanNorm")))
        .extracting(each -> each.isNull() ? Double.NaN : each.asDouble())
        .containsExactly(summary.largestNorm(), summary.meanNorm());
  }

  @Test
  void heatMapHasTheLargestNormOfEachParameter() throws Exception {
    JsonNode map = data(Runs.TEN_STEPS).get("heatMap");
    List<ClipReport> reports = reports(Runs.TEN_STEPS);
    assertThat(map.get("names"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(reports.get(0).parameterNorms().keySet());
    for (int row = 0; row < map.get("names").size(); row++) {
      String name = map.get("names").get(row).asText();
      assertThat(Pages.numbers(map.get("largest").get(row)))
          .isEqualTo(reports.stream().map(report -> report.parameterNorms().get(name)).toList());
    }
    assertThat(map.get("nonFinite")).isEmpty();
  }

  @Test
  void heatMapIsBoundedAndSaysSo() throws Exception {
    JsonNode map = data(Runs.MANY_PARAMETERS).get("heatMap");
    assertThat(map.get("names")).hasSize(HeatMap.MAX_ROWS);
    assertThat(map.get("moreThanShown").asBoolean()).isTrue();
    assertThat(map.get("largest").get(0).size()).isBetween(50, 100);
    double largest =
        reports(Runs.MANY_PARAMETERS).stream()
            .mapToDouble(report -> report.parameterNorms().get("layer599_W"))
            .max()
            .orElseThrow();
    assertThat(Pages.numbers(map.get("largest").get(599))).contains(largest);
  }

  @Test
  void hostileNamesAreText() throws Exception {
    JsonNode data = data(Runs.HOSTILE);
    assertThat(data.at("/heatMap/names"))
        .extracting(JsonNode::asText)
        .isEqualTo(Runs.HOSTILE_NAMES);
    assertThat(data.at("/incidents/0/parameters"))
        .extracting(parameter -> parameter.get("name").asText())
        .isEqualTo(Runs.HOSTILE_NAMES);
    assertThat(data.at("/heatMap/nonFinite")).hasSize(4);
  }

  @Test
  void workersAddUpToTheWhole() throws Exception {
    JsonNode data = data(Runs.WORKERS);
    assertThat(data.get("x").asText()).isEqualTo("arrival");
    assertThat(data.get("workers")).hasSize(3);
    assertThat(data.get("workers"))
        .allSatisfy(worker -> assertThat(worker.get("steps").asLong()).isEqualTo(100));
    assertThat(data.at("/workers/2/name").asText()).isEqualTo("ParallelWrapper training thread 2");
  }

  @Test
  void manyIncidentsKeepTheFirstAndTheLast() throws Exception {
    Path path = folder.resolve("page.html");
    try (HtmlReport page = HtmlReport.to(path)) {
      for (int i = 0; i < 1000; i++) {
        Runs.broken(page, i, io.github.dl4jclipping.report.StepOutcome.SKIPPED, 1);
      }
    }
    JsonNode data = Pages.data(path);
    assertThat(data.get("incidentCount").asLong()).isEqualTo(1000);
    assertThat(data.get("incidents")).hasSize(20);
    assertThat(data.get("incidents"))
        .extracting(incident -> incident.get("iteration").asInt())
        .startsWith(0, 1, 2)
        .endsWith(998, 999);
    assertThat(data.get("incidents"))
        .allSatisfy(each -> assertThat(each.get("outcome").asText()).isEqualTo("SKIPPED"));
  }

  @Test
  void aMillionStepsStayWithinBoundsAndLoseNoExtreme() throws Exception {
    Path path = folder.resolve("page.html");
    try (HtmlReport page = HtmlReport.to(path)) {
      for (int i = 0; i < 1_000_000; i++) {
        double norm = i == 765_432 ? 1e9 : i == 123_456 ? 1e-9 : 1 + i % 7;
        page.onStep(Runs.step(i, norm, 5, 0.5));
      }
    }
    assertThat(Files.size(path)).isLessThan(5 * MIB);
    JsonNode data = Pages.data(path);
    JsonNode steps = data.get("steps");
    assertThat(steps.get("steps").size()).isBetween(1000, Run.MAX_POINTS);
    assertThat(Pages.numbers(steps.at("/norm/max"))).contains(1e9);
    assertThat(Pages.numbers(steps.at("/norm/min"))).contains(1e-9);
    assertThat(sum(steps.get("steps"))).isEqualTo(1_000_000);
    assertThat(sum(steps.get("clipped"))).isEqualTo(data.at("/totals/clipped").asDouble());
    assertThat(data.at("/advice/p50").asDouble()).isBetween(3.99, 4.01);
    assertThat(Pages.numbers(data.at("/heatMap/largest/0"))).contains(1e9 * 0.9);
    assertThat(sum(data.at("/histogram/counts"))).isEqualTo(1_000_000);
  }

  private static double sum(JsonNode numbers) {
    return Pages.numbers(numbers).stream().mapToDouble(Double::doubleValue).sum();
  }

  @ParameterizedTest
  @EnumSource
  void histogramHoldsEveryFiniteNorm(Runs run) throws Exception {
    JsonNode histogram = data(run).get("histogram");
    long finite =
        reports(run).stream()
            .filter(report -> !report.isNonFinite() && Double.isFinite(report.norm()))
            .count();
    assertThat(sum(histogram.get("counts")) + histogram.get("zeros").asDouble())
        .isEqualTo((double) finite);
    assertThat(Pages.numbers(histogram.get("counts"))).allMatch(some -> some >= 0);
    assertThat(Pages.numbers(histogram.get("edges"))).isSorted();
  }

  @Test
  void countsOfTheHistogramAreRight() throws Exception {
    JsonNode histogram = data(Runs.HEALTHY).get("histogram");
    List<Double> edges = Pages.numbers(histogram.get("edges"));
    for (int bin = 1; bin < edges.size() - 1; bin++) {
      double low = edges.get(bin);
      double high = edges.get(bin + 1);
      Stream<Double> norms = reports(Runs.HEALTHY).stream().map(ClipReport::norm);
      assertThat(histogram.get("counts").get(bin).asLong())
          .isEqualTo(norms.filter(norm -> norm > low && norm <= high).count());
    }
  }
}
