package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.rule.AdaGcRule;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.ZClipRule;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Settings and model files that an earlier revision wrote are read, and written again as they are.
 */
class WrittenBeforeTest {

  /** What each file was written with. */
  @SuppressWarnings("ImmutableEnumChecker") // settings are immutable
  enum Written {
    LEARNING_RULES_LAYERS(Kind.LAYERS, learning()),
    LEARNING_RULES_GRAPH(Kind.GRAPH, learning()),
    MASTER_WEIGHTS_LAYERS(Kind.LAYERS, masterWeights()),
    MASTER_WEIGHTS_GRAPH(Kind.GRAPH, masterWeights());

    private final Kind kind;
    private final GradientClipping clipping;

    Written(Kind kind, GradientClipping clipping) {
      this.kind = kind;
      this.clipping = clipping;
    }

    String fileName() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ".zip";
    }

    Model train() {
      ClippedUpdater updater = new ClippedUpdater(new Adam(0.01), clipping);
      Model network = clipping.equals(masterWeights()) ? kind.half(updater) : kind.plain(updater);
      Kind.addListener(network, new GradientClippingListener());
      for (int seed = 1; seed <= 12; seed++) {
        Kind.fit(network, Networks.batch(network.params().dataType(), 8, seed));
      }
      return network;
    }

    Model load(File file) throws IOException {
      return kind == Kind.LAYERS
          ? ModelSerializer.restoreMultiLayerNetwork(file, true)
          : ModelSerializer.restoreComputationGraph(file, true);
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static GradientClipping learning() {
    return GradientClipping.builder()
        .rule(
            ClipRule.inOrder(
                ClipRule.autoClip(50),
                ClipRule.medianNorm(1.5, 5),
                ZClipRule.DEFAULT.withWarmUp(3),
                AdaGcRule.DEFAULT.withWarmUp(3),
                ClipRule.value(0.1)))
        .nonFinite(NonFinitePolicy.SKIP)
        .maxConsecutiveSkips(3)
        .build();
  }

  private static GradientClipping masterWeights() {
    return GradientClipping.builder()
        .maxNorm(0.5)
        .exclude("*_b")
        .lossScaling(
            LossScaling.dynamic()
                .withInitialScale(0x1p21)
                .withGrowthInterval(4)
                .withMasterWeights(true))
        .build();
  }

  static Stream<String> settings() throws IOException {
    try (InputStream in = resource("settings.jsonl")) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).lines();
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void settingsAreReadAndWrittenAsTheyAre(String json) {
    assertThat(GradientClipping.fromJson(json).toJson()).isEqualTo(json);
  }

  @Test
  void everyRuleOfThatRevisionIsAmongTheSettings() throws IOException {
    assertThat(settings().toList()).hasSizeGreaterThan(30);
  }

  @ParameterizedTest
  @EnumSource(Written.class)
  void modelFilesGoOn(Written written) throws IOException {
    File file = folder.resolve(written.fileName()).toFile();
    try (InputStream in = resource(written.fileName())) {
      Files.copy(in, file.toPath());
    }
    Map<String, Object> expected = entries(file);
    assertThat(expected).containsKey("dl4j-clipping.json");
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Model network = written.load(file);
      GradientClipping.restoreState(network, file);
      Kind.addListener(network, new GradientClippingListener());
      written.clipping.attachTo(network); // takes up what was read
      File again = folder.resolve("again.zip").toFile();
      ModelSerializer.writeModel(network, again, true);
      GradientClipping.saveState(network, again);
      assertThat(entries(again)).containsExactlyEntriesOf(expected);

      Kind.fit(network, Networks.batch(network.params().dataType(), 8, 13));
      assertThat(GradientClipping.lastReport(network)).isPresent();
      assertThat(log.at(Level.WARN)).isEmpty();
    }
  }

  /** The entries of this library, and updater state: of DL4J's configuration the order may vary. */
  private static Map<String, Object> entries(File file) throws IOException {
    Map<String, Object> entries = new TreeMap<>();
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      for (String name :
          List.of(
              "dl4j-clipping.json",
              "dl4j-clipping-master.bin",
              "updaterState.bin",
              "coefficients.bin")) {
        Path entry = zip.getPath(name);
        if (Files.exists(entry)) {
          byte[] bytes = Files.readAllBytes(entry);
          entries.put(
              name,
              name.endsWith(".json") ? JSON.readTree(bytes) : HexFormat.of().formatHex(bytes));
        }
      }
    }
    return entries;
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        WrittenBeforeTest.class.getResourceAsStream("written-before/" + name), name);
  }

  /** Writes the files anew, into a folder: only where a format is to change. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    List<String> settings = new ArrayList<>();
    Stream.concat(RuleJsonTest.all(), Stream.of(learning(), masterWeights()))
        .forEach(clipping -> settings.add(clipping.toJson()));
    settings.add(
        GradientClipping.measureOnly().toBuilder()
            .nonFinite(NonFinitePolicy.ZERO)
            .parameterNorms(true)
            .forensics(false)
            .build()
            .toJson());
    Files.write(folder.resolve("settings.jsonl"), settings);
    for (Written written : Written.values()) {
      File file = folder.resolve(written.fileName()).toFile();
      Model network = written.train();
      ModelSerializer.writeModel(network, file, true);
      GradientClipping.saveState(network, file);
    }
  }
}
