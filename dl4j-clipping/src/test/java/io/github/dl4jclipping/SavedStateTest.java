package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.rule.AdaGcRule;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.ZClipMode;
import io.github.dl4jclipping.rule.ZClipRule;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;

/** What a rule has learned outlives the process, in the file of the model. */
class SavedStateTest {

  @TempDir private Path folder;

  static Stream<ClipRule> rules() {
    return Stream.of(
        ClipRule.autoClip(),
        ClipRule.autoClip(60),
        ClipRule.medianNorm(0.5, 3),
        ZClipRule.DEFAULT.withWarmUp(3).withZThreshold(0.5).withMaxNorm(10),
        ZClipRule.DEFAULT.withWarmUp(3).withZThreshold(0.5).withMode(ZClipMode.PERCENTILE),
        ClipRule.zClip(),
        AdaGcRule.DEFAULT.withWarmUp(3),
        ClipRule.adaGc(),
        ClipRule.agc(),
        ClipRule.globalNorm(0.5),
        ClipRule.inOrder(ClipRule.autoClip(), AdaGcRule.DEFAULT.withWarmUp(3)));
  }

  static Stream<Arguments> rulesAndKinds() {
    return rules().flatMap(rule -> Stream.of(Kind.values()).map(kind -> Arguments.of(rule, kind)));
  }

  @ParameterizedTest
  @MethodSource("rulesAndKinds")
  void trainingOnEqualsTrainingThrough(ClipRule rule, Kind kind) throws IOException {
    Model through = clipped(kind.plain(new Adam(0.01)), rule);
    Kind.fit(through, 1, 2, 3, 4, 5, 6);
    File file = saved(through);
    Kind.fit(through, 7, 8, 9, 10);

    Model restored = restored(kind, file);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      GradientClipping.restoreState(restored, file);
      clipped(restored, rule);
      Kind.fit(restored, 7, 8, 9, 10);
      assertThat(log.at(Level.WARN)).isEmpty();
    }
    assertThat(Snapshot.of(restored)).isEqualTo(Snapshot.of(through));
    assertThat(GradientClipping.lastReport(restored))
        .isEqualTo(GradientClipping.lastReport(through));
  }

  /** Restored into a network that is clipped already, and saved anew before it trains. */
  @ParameterizedTest
  @MethodSource("rules")
  void orderOfCallsDoesNotMatter(ClipRule rule) throws IOException {
    Model through = clipped(Kind.LAYERS.plain(new Adam(0.01)), rule);
    Kind.fit(through, 1, 2, 3, 4, 5, 6);
    File file = saved(through);

    Model restored = restored(Kind.LAYERS, file);
    GradientClipping.builder().rule(rule).build().attachTo(restored);
    GradientClipping.restoreState(restored, file);
    File again = saved(restored);
    Model second = restored(Kind.LAYERS, again);
    GradientClipping.restoreState(second, again);
    GradientClipping.saveState(second, again);
    GradientClipping.restoreState(second, again);
    clipped(second, rule);
    for (Model network : List.of(through, restored, second)) {
      Kind.fit(network, 7, 8, 9, 10);
    }
    assertThat(Snapshot.of(restored)).isEqualTo(Snapshot.of(through));
    assertThat(Snapshot.of(second)).isEqualTo(Snapshot.of(through));
  }

  @Test
  void setLearningRateKeepsTheHistory() {
    ClipRule rule = ClipRule.autoClip();
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), rule);
    Model same = clipped(Kind.LAYERS.plain(new Adam(0.01)), rule);
    Kind.fit(network, 1, 2, 3);
    Kind.fit(same, 1, 2, 3);
    Kind.setLearningRate(network, 0.01);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Kind.fit(network, 4, 5, 6);
      assertThat(log.at(Level.WARN)).isEmpty();
    }
    Kind.fit(same, 4, 5, 6);
    assertThat(Snapshot.of(network).params()).isEqualTo(Snapshot.of(same).params());
  }

  @ParameterizedTest
  @CsvSource({"true,1", "false,0"})
  void emptyHistoryIsWarnedOfOnceWhereTheRuleLearns(boolean learns, int warnings)
      throws IOException {
    ClipRule rule = learns ? ClipRule.autoClip() : ClipRule.globalNorm(1);
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), rule);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Kind.fit(network, 1, 2, 3);
      assertThat(log.at(Level.WARN)).isEmpty();
      Model restored = restored(Kind.LAYERS, saved(network));
      clipped(restored, rule);
      Kind.fit(restored, 4, 5);
      assertThat(log.at(Level.WARN))
          .hasSize(warnings)
          .allMatch(line -> line.contains("empty history") && line.contains("3 iterations"));
    }
  }

  @Test
  void dl4jOpensTheFileAsBefore() throws IOException {
    Model network = clipped(Kind.GRAPH.plain(new Adam(0.01)), ClipRule.autoClip());
    Kind.fit(network, 1, 2);
    Path file = saved(network).toPath();
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      assertThat(Files.readString(zip.getPath("dl4j-clipping.json")))
          .startsWith("{\"version\":1,\"rule\":\"autoClip(percentile=10.0)\",\"parameters\":[\"");
    }
    assertThat(Snapshot.of(restored(Kind.GRAPH, file.toFile()))).isEqualTo(Snapshot.of(network));
  }

  /** The file that a link leads to is replaced, not the link; its entries and permissions stay. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void fileStaysWhatItIs() throws IOException {
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip());
    Kind.fit(network, 1, 2);
    Path file = folder.resolve("model.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    ModelSerializer.addObjectToFile(file.toFile(), "mine", List.of(1, 2, 3));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Path link = Files.createSymbolicLink(folder.resolve("latest.zip"), file);

    GradientClipping.saveState(network, link.toFile());
    GradientClipping.saveState(network, link.toFile());

    assertThat(link).isSymbolicLink();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
    assertThat(ModelSerializer.<List<Integer>>getObjectFromFile(file.toFile(), "mine"))
        .containsExactly(1, 2, 3);
    assertThat(Snapshot.of(restored(Kind.LAYERS, file.toFile()))).isEqualTo(Snapshot.of(network));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(file, link);
    }
  }

  @Test
  void damagedModelIsLeftAsItIs() throws IOException {
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip());
    Kind.fit(network, 1, 2);
    Path file = saved(network).toPath();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 3] ^= 0x55;
    Files.write(file, bytes);
    assertThatThrownBy(() -> GradientClipping.saveState(network, file.toFile()))
        .hasMessageContaining(file.toString());
    assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
  }

  /** What workers trained is not what the history is of. */
  @Test
  void historyOfThePastIsNotSaved() throws IOException {
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip());
    Kind.fit(network, 1, 2);
    File file = saved(network);
    Model restored = restored(Kind.LAYERS, file);
    GradientClipping.restoreState(restored, file);
    ((MultiLayerNetwork) restored).setIterationCount(20);
    assertThatThrownBy(() -> GradientClipping.saveState(restored, file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("from iteration 2 to 20");
  }

  /** Spark's workers leave their iterations, and nothing of what they have learned. */
  @Test
  void stepsOfOthersAreWarnedOf() throws IOException {
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip());
    Kind.fit(network, 1, 2);
    ((MultiLayerNetwork) network).setIterationCount(20);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      saved(network);
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("at iteration 20", "last clipped step was iteration 1", "saveState");
    }
    Kind.fit(network, 3);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      saved(network);
      assertThat(log.at(Level.WARN)).isEmpty();
    }
  }

  @Test
  void stepsOfItsOwnAreNotWarnedOf() throws IOException {
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Model attached = Kind.LAYERS.plain(new Adam(0.01));
      GradientClipping.builder().rule(ClipRule.autoClip()).build().attachTo(attached);
      saved(attached);
      Model sequences =
          clipped(
              Networks.init(Recurrent.layers(Networks.conf(new Adam(0.01)))), ClipRule.autoClip());
      Kind.fit(sequences, Recurrent.batch(3, 5, 1));
      saved(sequences);
      Model restored = MultiLayerNetwork.load(saved(sequences), true);
      GradientClipping.restoreState(restored, saved(sequences));
      saved(sequences);
      ((MultiLayerNetwork) sequences).setIterationCount(0);
      saved(sequences);
      Model fixed = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.globalNorm(1));
      Kind.fit(fixed, 1);
      ((MultiLayerNetwork) fixed).setIterationCount(20);
      saved(fixed);
      assertThat(log.at(Level.WARN)).isEmpty();
    }
  }

  /** The way out that the message names. */
  @Test
  void refusedHistoryIsDroppedByDetaching() throws IOException {
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip(10));
    Kind.fit(network, 1, 2);
    File file = saved(network);
    Model restored = restored(Kind.LAYERS, file);
    GradientClipping.restoreState(restored, file);
    clipped(restored, ClipRule.zClip());
    assertThatThrownBy(() -> Kind.fit(restored, 3)).hasMessageContaining("detachFrom");
    GradientClipping.detachFrom(restored);
    clipped(restored, ClipRule.zClip());
    Kind.fit(restored, 3);
    assertThat(GradientClipping.lastReport(restored).orElseThrow().iteration()).isEqualTo(2);
  }

  @Test
  void anotherRuleIsRefused() throws IOException {
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip(10));
    Kind.fit(network, 1, 2);
    File file = saved(network);
    Model restored = restored(Kind.LAYERS, file);
    GradientClipping.restoreState(restored, file);
    Snapshot before = Snapshot.of(restored);
    clipped(restored, ClipRule.autoClip(20));
    assertThatThrownBy(() -> Kind.fit(restored, 3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("autoClip(percentile=10.0)")
        .hasMessageContaining("autoClip(percentile=20.0)");
    assertThat(Snapshot.of(restored)).isEqualTo(before);

    Model installed = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.zClip());
    Kind.fit(installed, 1);
    assertThatThrownBy(() -> GradientClipping.restoreState(installed, file))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anotherNetworkIsRefused() throws IOException {
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip());
    Kind.fit(network, 1, 2);
    File file = saved(network);
    Model graph = Kind.GRAPH.plain(new Adam(0.01));
    assertThatThrownBy(() -> GradientClipping.restoreState(graph, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("another network")
        .hasMessageContaining("0_W")
        .hasMessageContaining("dense_W");
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        Arguments.of(
            "{\"version\":3}",
            "newer version of this library: its version is 3, but this library reads versions up to 2"),
        Arguments.of("{\"version\":0}", "damaged"),
        Arguments.of("{}", "damaged"),
        Arguments.of("[1,2]", "damaged"),
        Arguments.of(history("{\"norms\":5}"), "damaged"),
        Arguments.of(history("{\"norms\":{\"a\":1}}"), "damaged"),
        Arguments.of(history("{\"norms\":[1,1,1e999,1]}"), "damaged"),
        Arguments.of(history("{\"other\":[1]}"), "must have \"norms\""),
        Arguments.of("no JSON", "is not valid JSON"),
        Arguments.of("{\"version\":1,\"rule\":3,\"parameters\":[],\"stages\":[]}", "damaged"),
        Arguments.of(
            "{\"version\":1,\"rule\":\"autoClip(percentile=10.0)\",\"parameters\":[],"
                + "\"stages\":[{\"norms\":[\"NaN\"]}]}",
            "damaged"),
        Arguments.of(
            "{\"version\":1,\"rule\":\"autoClip(percentile=10.0)\",\"parameters\":[\"0_W\",\"0_b\",\"1_W\",\"1_b\"],\"stages\":[{\"norms\":[1]}]}",
            "state must have"));
  }

  private static String history(String stage) {
    return "{\"version\":1,\"rule\":\"autoClip(percentile=10.0)\",\"parameters\":[\"0_W\",\"0_b\",\"1_W\",\"1_b\"],\"stages\":["
        + stage
        + "]}";
  }

  @ParameterizedTest
  @MethodSource("damages")
  void damagedHistoryIsRefused(String entry, String message) throws IOException {
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip());
    Kind.fit(network, 1, 2);
    File file = saved(network);
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      Files.writeString(zip.getPath("dl4j-clipping.json"), entry);
    }
    assertThatThrownBy(() -> GradientClipping.restoreState(network, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    Model untouched = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip());
    Kind.fit(untouched, 1, 2, 3, 4);
    Kind.fit(network, 3, 4);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(untouched));
  }

  @Test
  void filesThatAreNoModels() throws IOException {
    Model network = clipped(Kind.LAYERS.plain(new Adam(0.01)), ClipRule.autoClip());
    Kind.fit(network, 1);
    File missing = folder.resolve("missing.zip").toFile();
    File text = Files.writeString(folder.resolve("text.zip"), "no zip").toFile();
    File without = folder.resolve("without.zip").toFile();
    ModelSerializer.writeModel(network, without, true);
    for (File file : List.of(missing, text, folder.toFile())) {
      assertThatThrownBy(() -> GradientClipping.saveState(network, file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(file.getPath());
      assertThatThrownBy(() -> GradientClipping.restoreState(network, file))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(file.getPath());
    }
    assertThatThrownBy(() -> GradientClipping.restoreState(network, without))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no saved history");
    assertThatThrownBy(() -> GradientClipping.saveState(Kind.LAYERS.plain(new Adam(0.01)), without))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Nothing has clipped this network yet");
  }

  private static Model clipped(Model network, ClipRule rule) {
    network.addListeners(
        new GradientClippingListener(GradientClipping.builder().rule(rule).build()));
    return network;
  }

  private File saved(Model network) throws IOException {
    File file = Files.createTempFile(folder, "model", ".zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    GradientClipping.saveState(network, file);
    return file;
  }

  private static Model restored(Kind kind, File file) throws IOException {
    return kind == Kind.LAYERS
        ? ModelSerializer.restoreMultiLayerNetwork(file)
        : ModelSerializer.restoreComputationGraph(file);
  }
}
