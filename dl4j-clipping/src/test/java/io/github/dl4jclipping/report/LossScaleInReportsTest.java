package io.github.dl4jclipping.report;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.internal.log.Numbers;
import io.github.dl4jclipping.report.file.CsvReport;
import io.github.dl4jclipping.report.file.JsonLinesReport;
import io.github.dl4jclipping.report.html.HtmlReport;
import io.github.dl4jclipping.report.micrometer.ClippingMetrics;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** One run in HALF, in which the first steps overflow, as each outlet tells of it. */
class LossScaleInReportsTest {

  private static final int STEPS = 12;

  @TempDir private Path folder;

  private final CollectingObserver seen = new CollectingObserver();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private List<String> lines = List.of();

  @BeforeEach
  void train() {
    Model network = Kind.LAYERS.half(new Adam(1e-3));
    ClippingMetrics metrics = new ClippingMetrics();
    metrics.bindTo(registry);
    try (LogCapture log = new LogCapture(Level.INFO);
        CsvReport csv = CsvReport.create(folder.resolve("run.csv"));
        JsonLinesReport json = JsonLinesReport.create(folder.resolve("run.jsonl"));
        HtmlReport page = HtmlReport.to(folder.resolve("run.html"))) {
      network.addListeners(
          new GradientClippingListener(
                  GradientClipping.builder()
                      .maxNorm(1)
                      .lossScaling(
                          LossScaling.dynamic().withInitialScale(0x1p20).withMasterWeights(true))
                      .build())
              .logEvery(STEPS - 1)
              .observe(seen)
              .observe(csv)
              .observe(json)
              .observe(page)
              .observe(metrics));
      for (int i = 0; i < STEPS; i++) {
        Kind.fit(network, Networks.batch(DataType.FLOAT16, 8, i));
      }
      lines = log.at(Level.INFO);
    }
  }

  private int overflows() {
    int overflows =
        (int) seen.steps.stream().filter(step -> step.outcome() == StepOutcome.OVERFLOWED).count();
    assertThat(overflows).isBetween(1, STEPS - 2);
    return overflows;
  }

  private LossScaleStatus last() {
    return seen.last().lossScale();
  }

  private String scale() {
    assertThat(last().scale()).isEqualTo(0x1p20 / Math.pow(2, overflows()));
    return String.valueOf(last().scale());
  }

  @Test
  void csv() throws IOException {
    List<CSVRecord> rows = new ArrayList<>();
    try (var parser =
        CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .get()
            .parse(Files.newBufferedReader(folder.resolve("run.csv")))) {
      rows.addAll(parser.getRecords());
    }
    assertThat(rows.get(0).get("lossScale")).isEqualTo("1048576.0");
    assertThat(rows.get(0).get("outcome")).isEqualTo("OVERFLOWED");
    CSVRecord last = rows.get(STEPS - 1);
    assertThat(last.get("lossScale")).isEqualTo(scale());
    assertThat(last.get("lossScaleGoodSteps")).isEqualTo("" + last().goodSteps());
    assertThat(last.get("lossScaleOverflows")).isEqualTo("" + overflows());
  }

  @Test
  void jsonLines() throws IOException {
    JsonNode last =
        new ObjectMapper().readTree(Files.readAllLines(folder.resolve("run.jsonl")).get(STEPS - 1));
    assertThat(last.get("lossScale").asText()).isEqualTo(scale());
    assertThat(last.get("lossScaleGoodSteps").longValue()).isEqualTo(last().goodSteps());
    assertThat(last.get("lossScaleOverflows").longValue()).isEqualTo(overflows());
  }

  @Test
  void page() throws IOException {
    String html = Files.readString(folder.resolve("run.html"));
    String text =
        html.replaceFirst("(?s).*<script type=\"application/json\" id=\"data\">", "")
            .replaceFirst("(?s)</script>.*", "");
    JsonNode data = new ObjectMapper().readTree(text);
    assertThat(data.at("/totals/lastLossScale").asText()).isEqualTo(scale());
    assertThat(data.at("/totals/overflowed").longValue()).isEqualTo(overflows());
    assertThat(data.at("/totals/nonFinite").longValue()).isZero();
    assertThat(data.at("/steps/lossScale/max/0").doubleValue()).isEqualTo(0x1p20);
    assertThat(data.at("/verdict/level").asText()).isEqualTo("good");
    assertThat(data.at("/heatMap/nonFinite")).isEmpty();
  }

  @Test
  void metrics() {
    assertThat(registry.get("dl4j.clipping.loss.scale").gauge().value())
        .isEqualTo(Double.parseDouble(scale()));
    assertThat(registry.get("dl4j.clipping.loss.scale.good.steps").gauge().value())
        .isEqualTo(last().goodSteps());
    assertThat(registry.get("dl4j.clipping.loss.scale.overflows").gauge().value())
        .isEqualTo(overflows());
    assertThat(registry.get("dl4j.clipping.steps").tag("outcome", "overflowed").counter().count())
        .isEqualTo(overflows());
    assertThat(registry.get("dl4j.clipping.coefficient").summary().count())
        .isEqualTo(STEPS - overflows());
  }

  @Test
  void log() {
    assertThat(lines)
        .last()
        .asString()
        .contains(
            " lossScale=" + Numbers.format(Double.parseDouble(scale())),
            " lossScaleGoodSteps=" + last().goodSteps(),
            " lossScaleOverflows=" + overflows(),
            " skipped=0");
  }

  @Test
  void summary() {
    ClipSummary summary = ClipSummary.EMPTY;
    for (ClipReport step : seen.steps) {
      summary = summary.plus(step);
    }
    assertThat(summary.overflowed()).isEqualTo(overflows());
    assertThat(summary.nonFinite()).isZero();
    assertThat(summary.toString()).endsWith(" overflowed=" + overflows());
  }
}
