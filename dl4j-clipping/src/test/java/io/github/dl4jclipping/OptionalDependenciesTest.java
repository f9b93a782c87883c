package io.github.dl4jclipping;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.report.file.CsvReport;
import io.github.dl4jclipping.report.file.JsonLinesReport;
import io.github.dl4jclipping.report.micrometer.ClippingMetrics;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Sgd;

/** Who does not use an optional library does not need it. */
class OptionalDependenciesTest {

  @TempDir private Path folder;

  @Test
  void trainsWithoutCommonsCsvAndMicrometer() throws Exception {
    Process training =
        new ChildJvm()
            .without("commons-csv", "micrometer", "prometheus")
            .start(Training.class, folder);
    String said = new String(training.getInputStream().readAllBytes(), UTF_8);
    assertThat(training.waitFor()).isZero();
    assertThat(said.lines())
        .hasSize(3)
        .satisfies(
            lines -> {
              assertThat(lines.get(0)).isEqualTo("CLIPPED");
              assertThat(lines.get(1)).contains("needs org.apache.commons:commons-csv");
              assertThat(lines.get(2)).contains("io/micrometer/core");
            });
    assertThat(folder.resolve("run.jsonl")).content().hasLineCount(1);
    assertThat(folder.resolve("run.csv")).doesNotExist();
  }

  /** Trains one step, and tries what needs the libraries. */
  static final class Training {

    private Training() {}

    @SuppressWarnings("SystemOut") // what the test reads
    public static void main(String[] args) throws Exception {
      Path folder = Path.of(args[0]);
      Model network = Kind.LAYERS.plain(new Sgd(0.1));
      try (JsonLinesReport report = JsonLinesReport.create(folder.resolve("run.jsonl"))) {
        network.addListeners(
            new GradientClippingListener(GradientClipping.byGlobalNorm(0.01)).observe(report));
        Kind.fit(network, 1);
      }
      System.out.println(GradientClipping.lastReport(network).orElseThrow().outcome());
      System.out.println(complaint(() -> CsvReport.create(folder.resolve("run.csv"))));
      System.out.println(complaint(() -> new ClippingMetrics().close()));
    }

    private static String complaint(Runnable use) {
      try {
        use.run();
        return "none";
      } catch (IllegalStateException | NoClassDefFoundError e) {
        return String.valueOf(e.getMessage());
      }
    }
  }
}
