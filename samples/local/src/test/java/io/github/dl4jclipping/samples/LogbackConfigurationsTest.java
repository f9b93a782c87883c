package io.github.dl4jclipping.samples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The library's Logback configurations, named on the command line of a JVM that trains. */
class LogbackConfigurationsTest {

  /**
   * What silences the warnings of JDK 25, see docs/java-versions.md; JDK 17 knows only the first.
   */
  private static final List<String> WITHOUT_WARNINGS =
      Runtime.version().feature() < 25
          ? List.of()
          : List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  @TempDir private Path folder;

  @Test
  void console() throws Exception {
    assertThat(train("console", "-Ddl4jclipping.log.level=DEBUG"))
        .containsPattern(
            "\\d\\d:\\d\\d:\\d\\d INFO  dl4jclipping - iteration=1 epoch=0 score=\\S+ ")
        .contains("DEBUG dl4jclipping - iteration=1 normsBeforeClip: 0_W=")
        .doesNotContain("org.nd4j", "org.deeplearning4j");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void rollingFileAndItRolls() throws Exception {
    assertThat(train("rolling-file")).isEmpty();
    assertThat(Files.readAllLines(folder.resolve("run.log")))
        .hasSize(3)
        .last()
        .asString()
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\S+ INFO  \\[main] io.github.dl4jclipping -"
                + " iteration=1 epoch=0 .*");

    train("rolling-file", "-Ddl4jclipping.log.maxFileSize=100");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .contains("run.log")
          .anyMatch(name -> name.matches("run\\.\\d{4}-\\d\\d-\\d\\d\\.0\\.log"));
    }
  }

  @Test
  void jsonLines() throws Exception {
    assertThat(train("json-lines")).isEmpty();
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("run.jsonl"))) {
      lines.add(mapper.readTree(line));
    }
    assertThat(lines).hasSize(3);
    JsonNode last = lines.get(2);
    assertThat(last.get("level").textValue()).isEqualTo("INFO");
    assertThat(last.get("loggerName").textValue()).isEqualTo("io.github.dl4jclipping");
    assertThat(last.get("timestamp").isIntegralNumber()).isTrue();
    assertThat(last.get("formattedMessage").textValue()).startsWith("iteration=1 epoch=0 score=");
    assertThat(last.get("message").textValue()).startsWith("iteration={} epoch={}");
    assertThat(last.get("arguments").get(0).asText()).isEqualTo("1");
  }

  /** Trains two steps in a JVM of its own and returns what is shown. */
  private String train(String configuration, String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(WITHOUT_WARNINGS);
    command.addAll(List.of(options));
    command.addAll(
        List.of(
            "-Xmx512m",
            "-Dlogback.configurationFile=io/github/dl4jclipping/logback/" + configuration + ".xml",
            "-Ddl4jclipping.log=" + folder.resolve("run"),
            "-cp",
            System.getProperty("java.class.path"),
            Training.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String shown = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(shown).isZero();
    return shown;
  }

  /** Trains two steps, logging each. */
  static final class Training {

    private Training() {}

    public static void main(String[] args) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              new NeuralNetConfiguration.Builder()
                  .updater(new Sgd(0.1))
                  .list()
                  .layer(new OutputLayer.Builder().nIn(4).nOut(3).build())
                  .build());
      network.init();
      network.addListeners(
          new GradientClippingListener(GradientClipping.byGlobalNorm(0.01)).logEvery(1));
      for (int i = 0; i < 2; i++) {
        network.fit(Nd4j.ones(2, 4), Nd4j.ones(2, 3));
      }
    }
  }
}
