package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.Decision;
import io.github.dl4jclipping.rule.GradientMeasurement;
import io.github.dl4jclipping.rule.NormSchedule;
import io.github.dl4jclipping.rule.RuleParameter;
import io.github.dl4jclipping.rule.RuleState;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** What was learned belongs to the rule that learned it, and to nothing that stands beside. */
class SavedForAnotherRuleTest {

  private static final LossScaling SCALING =
      LossScaling.dynamic().withInitialScale(0x1p21).withMasterWeights(true);

  @TempDir private Path folder;

  /** A rule whose string is that of Object: another in each JVM, and for each object. */
  static final class Nameless implements ClipRule {
    private static final long serialVersionUID = 1L;
    private final boolean learns;

    Nameless(boolean learns) {
      this.learns = learns;
    }

    @Override
    public boolean learns() {
      return learns;
    }

    @Override
    public RuleState start(List<RuleParameter> parameters) {
      return gradient -> new Decision.Keep(Double.POSITIVE_INFINITY);
    }
  }

  /** A schedule whose string is that of Object. */
  private static final class WarmUp implements ISchedule {
    private static final long serialVersionUID = 1L;

    @Override
    public double valueAt(int iteration, int epoch) {
      return 0.1 + iteration;
    }

    @Override
    public ISchedule clone() {
      return new WarmUp();
    }
  }

  /** A rule that learns, says so, but names itself by an object that has no name. */
  private record Named(NormSchedule schedule) implements ClipRule {

    @Override
    public boolean learns() {
      return true;
    }

    @Override
    public RuleState start(List<RuleParameter> parameters) {
      return new Counting();
    }
  }

  /** Learns a number that is not finite. */
  private record Infinite() implements ClipRule {

    @Override
    public boolean learns() {
      return true;
    }

    @Override
    public RuleState start(List<RuleParameter> parameters) {
      return new Counting() {
        @Override
        public Map<String, double[]> save() {
          return Map.of("sum", new double[] {1, Double.POSITIVE_INFINITY});
        }
      };
    }
  }

  private static class Counting implements RuleState {
    @Override
    public Decision decide(GradientMeasurement gradient) {
      return new Decision.Keep(Double.POSITIVE_INFINITY);
    }
  }

  /** A lambda that has caught something is another object, with another string, each time. */
  private static NormSchedule lambda(double bound) {
    return (iteration, epoch) -> bound;
  }

  static Stream<Arguments> sameLearner() {
    ClipRule learner = ClipRule.autoClip();
    return Stream.of(
        Arguments.of(
            ClipRule.inOrder(ClipRule.globalNorm(lambda(5)), learner),
            ClipRule.inOrder(ClipRule.globalNorm(lambda(5)), learner)),
        Arguments.of(
            ClipRule.inOrder(new Nameless(false), learner),
            ClipRule.inOrder(new Nameless(false), learner)),
        Arguments.of(
            ClipRule.inOrder(ClipRule.value(5), learner),
            ClipRule.inOrder(ClipRule.value(3), learner)),
        Arguments.of(ClipRule.inOrder(ClipRule.value(5), learner), learner),
        Arguments.of(learner, ClipRule.inOrder(learner, ClipRule.value(5))),
        Arguments.of(
            ClipRule.inOrder(learner, ClipRule.value(5), ClipRule.adaGc()),
            ClipRule.inOrder(learner, ClipRule.adaGc())));
  }

  @ParameterizedTest
  @MethodSource("sameLearner")
  void goesToTheRuleThatLearnedIt(ClipRule before, ClipRule after) throws IOException {
    Model network = clipped(before);
    Kind.fit(network, 1, 2, 3);
    File file = saved(network);
    Model first = MultiLayerNetwork.load(file, true);
    Model second = MultiLayerNetwork.load(file, true);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      GradientClipping.restoreState(first, file);
      GradientClipping.builder().rule(after).build().attachTo(first);
      assertThat(log.at(Level.WARN)).isEmpty();
    }
    GradientClipping.builder().rule(after).build().attachTo(second);
    GradientClipping.restoreState(second, file);
    assertThat(learned(saved(first))).isEqualTo(learned(file)).isNotEmpty();
    assertThat(learned(saved(second))).isEqualTo(learned(file));
  }

  static Stream<Arguments> otherLearners() {
    return Stream.of(
        Arguments.of(ClipRule.autoClip(10), ClipRule.autoClip(20)),
        Arguments.of(ClipRule.autoClip(), ClipRule.zClip()),
        Arguments.of(ClipRule.autoClip(), ClipRule.inOrder(ClipRule.autoClip(), ClipRule.adaGc())),
        Arguments.of(ClipRule.inOrder(ClipRule.autoClip(), ClipRule.adaGc()), ClipRule.autoClip()),
        Arguments.of(
            ClipRule.inOrder(ClipRule.autoClip(), ClipRule.adaGc()),
            ClipRule.inOrder(ClipRule.adaGc(), ClipRule.autoClip())));
  }

  @ParameterizedTest
  @MethodSource("otherLearners")
  void isRefusedByOthersThatLearn(ClipRule before, ClipRule after) throws IOException {
    Model network = clipped(before);
    Kind.fit(network, 1, 2, 3);
    File file = saved(network);
    Model restored = MultiLayerNetwork.load(file, true);
    GradientClipping.builder().rule(after).build().attachTo(restored);
    assertThatThrownBy(() -> GradientClipping.restoreState(restored, file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("autoClip(percentile=10.0)", after.toString(), "detachFrom");
  }

  /** Scale and master weights are of no rule. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mixedPrecisionIsTakenUpWhateverTheRule(boolean schedule) throws IOException {
    Model network = half();
    network.addListeners(new GradientClippingListener(mixed(schedule, 0.5)));
    fitHalf(network, 1, 8);
    File file = saved(network);
    MultiLayerNetwork restored = MultiLayerNetwork.load(file, true);
    GradientClipping.restoreState(restored, file);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      mixed(schedule, 0.25).attachTo(restored);
      assertThat(log.at(Level.WARN)).isEmpty();
    }
    File again = saved(restored);
    assertThat(json(again).get("lossScale")).isEqualTo(json(file).get("lossScale"));
    assertThat(entry(again, "dl4j-clipping-master.bin"))
        .isEqualTo(entry(file, "dl4j-clipping-master.bin"));
  }

  private static GradientClipping mixed(boolean schedule, double maxNorm) {
    GradientClipping.Builder builder = GradientClipping.builder().lossScaling(SCALING);
    return (schedule ? builder.maxNorm(new WarmUp()) : builder.maxNorm(maxNorm)).build();
  }

  @Test
  void ruleThatDoesNotLearnDropsItWithAWord() throws IOException {
    Model network = half();
    network.addListeners(
        new GradientClippingListener(
            GradientClipping.builder().rule(ClipRule.autoClip()).lossScaling(SCALING).build()));
    fitHalf(network, 1, 8);
    File file = saved(network);
    GradientClipping fixed = mixed(false, 0.5);
    MultiLayerNetwork restored = MultiLayerNetwork.load(file, true);
    GradientClipping.restoreState(restored, file);
    MultiLayerNetwork already = MultiLayerNetwork.load(file, true);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      fixed.attachTo(restored);
      fixed.attachTo(already);
      GradientClipping.restoreState(already, file);
      assertThat(log.at(Level.WARN))
          .filteredOn(line -> line.contains("is dropped"))
          .hasSize(2)
          .allMatch(
              line ->
                  line.contains(
                      "does not learn. The history belongs to the rule autoClip(percentile=10.0)"));
    }
    assertThat(json(saved(restored)).get("lossScale")).isEqualTo(json(file).get("lossScale"));
    assertThat(json(saved(already)).get("lossScale")).isEqualTo(json(file).get("lossScale"));
  }

  @Test
  void ruleThatLearnsWhereNothingWasLearnedStartsEmpty() throws IOException {
    Model network = clipped(ClipRule.globalNorm(1));
    Kind.fit(network, 1, 2, 3);
    File file = saved(network);
    MultiLayerNetwork restored = MultiLayerNetwork.load(file, true);
    GradientClipping.restoreState(restored, file);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      GradientClipping.builder().rule(ClipRule.autoClip()).build().attachTo(restored);
      assertThat(log.at(Level.WARN)).singleElement().asString().contains("empty history");
    }
  }

  static Stream<Arguments> neverTakenUp() {
    return Stream.of(
        Arguments.of(new Nameless(true), "Override toString in " + Nameless.class.getName()),
        Arguments.of(new Named(lambda(1)), "Override toString in " + Named.class.getName()),
        Arguments.of(
            ClipRule.inOrder(ClipRule.value(1), new Nameless(true)),
            "Override toString in " + Nameless.class.getName()),
        Arguments.of(new Infinite(), "non-finite numbers under \"sum\""));
  }

  /** What could never be taken up is refused while there is something to do about it. */
  @ParameterizedTest
  @MethodSource("neverTakenUp")
  void ruleThatCouldNeverTakeItUpIsNotSaved(ClipRule rule, String message) throws IOException {
    Model network = clipped(rule);
    Kind.fit(network, 1, 2);
    File file = Files.createTempFile(folder, "model", ".zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    byte[] before = Files.readAllBytes(file.toPath());
    assertThatThrownBy(() -> GradientClipping.saveState(network, file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll(message, "Nothing was written");
    assertThat(file.toPath()).hasBinaryContent(before);
  }

  /** Earlier versions kept the whole rule in words, and nothing of its stages. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void filesOfEarlierVersionsAreTakenUp(boolean several) throws IOException {
    ClipRule rule =
        several ? ClipRule.inOrder(ClipRule.value(5), ClipRule.autoClip()) : ClipRule.autoClip();
    Model network = clipped(rule);
    Kind.fit(network, 1, 2, 3);
    File file = saved(network);
    JsonNode learned = learned(file);
    ObjectNode json = json(file);
    json.remove("stageRules");
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      Files.writeString(zip.getPath("dl4j-clipping.json"), json.toString());
    }
    MultiLayerNetwork restored = MultiLayerNetwork.load(file, true);
    GradientClipping.restoreState(restored, file);
    GradientClipping.builder().rule(rule).build().attachTo(restored);
    assertThat(learned(saved(restored))).isEqualTo(learned);
  }

  private static Model clipped(ClipRule rule) {
    Model network = Kind.LAYERS.plain(new Adam(0.01));
    network.addListeners(
        new GradientClippingListener(GradientClipping.builder().rule(rule).build()));
    return network;
  }

  private static Model half() {
    return Kind.LAYERS.half(new Adam(0.01));
  }

  private static void fitHalf(Model network, int first, int last) {
    for (int seed = first; seed <= last; seed++) {
      Kind.fit(network, Networks.batch(DataType.FLOAT16, 8, seed));
    }
  }

  private File saved(Model network) throws IOException {
    File file = Files.createTempFile(folder, "model", ".zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    GradientClipping.saveState(network, file);
    return file;
  }

  private static JsonNode learned(File file) throws IOException {
    ObjectNode found = new ObjectMapper().createObjectNode();
    json(file).get("stages").forEach(stage -> found.setAll((ObjectNode) stage));
    return found;
  }

  private static ObjectNode json(File file) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(entry(file, "dl4j-clipping.json"));
  }

  private static byte[] entry(File file, String name) throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      return Files.readAllBytes(zip.getPath(name));
    }
  }
}
