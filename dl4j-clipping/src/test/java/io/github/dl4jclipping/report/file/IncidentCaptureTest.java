package io.github.dl4jclipping.report.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.Decision;
import io.github.dl4jclipping.rule.RuleParameter;
import io.github.dl4jclipping.rule.RuleState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class IncidentCaptureTest {

  @TempDir private Path folder;

  private final CollectingObserver seen = new CollectingObserver();

  @ParameterizedTest
  @EnumSource
  void replayEndsInTheSameVerdict(Kind kind) throws IOException {
    Model network = kind.plain(new Adam(0.01));
    network.addListeners(listener(NonFinitePolicy.SKIP).captureTo(folder));
    Kind.fit(network, 1, 2, 3);
    Snapshot before = Snapshot.of(network);
    DataSet batch = broken(4);
    Kind.fit(network, batch);

    Path incident = folder.resolve("incident-1");
    Model restored = restored(kind, incident);
    assertThat(Snapshot.of(restored)).isEqualTo(before);
    MultiDataSet held = batchIn(incident);
    assertSame(held.getFeatures(0), batch.getFeatures());
    assertSame(held.getLabels(0), batch.getLabels());

    restored.addListeners(listener(NonFinitePolicy.RAISE));
    assertThatThrownBy(() -> fit(restored, held))
        .isInstanceOfSatisfying(
            NonFiniteGradientException.class,
            e -> {
              NonFiniteReport first = seen.nonFinite.get(0);
              assertThat(e.report().origin()).isEqualTo(first.origin());
              assertThat(e.report().parameters()).isEqualTo(first.parameters());
              assertThat(e.report().iteration()).isEqualTo(first.iteration());
            });
  }

  /** Without the scale nothing overflows, and the evidence shows a step that is well. */
  @ParameterizedTest
  @EnumSource
  void replayOfAnOverflowUnderAConstantScaleOverflows(Kind kind) throws IOException {
    GradientClipping clipping =
        GradientClipping.builder()
            .rule(ClipRule.autoClip())
            .nonFinite(NonFinitePolicy.SKIP)
            .lossScaling(LossScaling.constant(0x1p14).withMasterWeights(true))
            .build();
    Model network = kind.half(new Adam(0.01));
    network.addListeners(new GradientClippingListener(clipping).observe(seen).captureTo(folder));
    for (int seed = 1; seed <= 3; seed++) {
      Kind.fit(network, Networks.batch(DataType.FLOAT16, 8, seed));
    }
    Path before = folder.resolve("before.zip");
    ModelSerializer.writeModel(network, before.toFile(), true);
    GradientClipping.saveState(network, before.toFile());
    DataSet large = Networks.batch(DataType.FLOAT16, 8, 4);
    large.getLabels().muli(100);
    Kind.fit(network, large);

    Path incident = folder.resolve("incident-1");
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.SKIPPED);
    assertThat(state(incident.resolve("network.zip"))).isEqualTo(state(before));

    Model restored = restored(kind, incident);
    GradientClipping.restoreState(restored, incident.resolve("network.zip").toFile());
    restored.addListeners(
        new GradientClippingListener(
            clipping.toBuilder().nonFinite(NonFinitePolicy.RAISE).build()));
    assertThatThrownBy(() -> fit(restored, batchIn(incident)))
        .isInstanceOfSatisfying(
            NonFiniteGradientException.class,
            e -> assertThat(e.report().parameters()).isEqualTo(seen.nonFinite.get(0).parameters()));

    Model unscaled = restored(kind, incident);
    unscaled.addListeners(listener(NonFinitePolicy.RAISE));
    assertThatCode(() -> fit(unscaled, batchIn(incident))).doesNotThrowAnyException();
  }

  /** What is saved beside the network, without the count that any such step ends. */
  private static String state(Path file) throws IOException {
    try (FileSystem zip = FileSystems.newFileSystem(file)) {
      String master = Arrays.toString(Files.readAllBytes(zip.getPath("dl4j-clipping-master.bin")));
      return Files.readString(zip.getPath("dl4j-clipping.json"))
              .replaceFirst("\"goodSteps\":\\d+", "")
          + master;
    }
  }

  /** A rule that cannot be saved is no reason to keep less. */
  @Test
  void evidenceIsKeptWithoutWhatCannotBeSaved() throws IOException {
    ClipRule nameless =
        new ClipRule() {
          private static final long serialVersionUID = 1L;

          @Override
          public boolean learns() {
            return true;
          }

          @Override
          public RuleState start(List<RuleParameter> parameters) {
            return gradient -> new Decision.Keep(Double.POSITIVE_INFINITY);
          }
        };
    Model network = Kind.LAYERS.plain(new Adam(0.01));
    network.addListeners(
        new GradientClippingListener(
                GradientClipping.builder().rule(nameless).nonFinite(NonFinitePolicy.SKIP).build())
            .captureTo(folder));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Kind.fit(network, broken(1));
      Kind.fit(network, broken(2));
      assertThat(log.at(Level.WARN))
          .filteredOn(line -> line.contains("lacks what the rule has learned"))
          .hasSize(2);
    }
    assertThat(names()).containsExactlyInAnyOrder("incident-1", "incident-2");
    assertThat(batchIn(folder.resolve("incident-2")).getFeatures(0).rows()).isEqualTo(7);
  }

  @Test
  void reportIsForPeopleAndPrograms() throws IOException {
    Model network = Kind.LAYERS.plain(new Adam(0.01));
    network.addListeners(listener(NonFinitePolicy.SKIP).captureTo(folder));
    Kind.fit(network, 1, 2, 3);
    Kind.fit(network, broken(4));

    NonFiniteReport report = seen.nonFinite.get(0);
    Path incident = folder.resolve("incident-1");
    assertThat(incident.resolve("report.txt"))
        .content()
        .contains(report.describe(), report.remedy(), "column 2");
    JsonNode json = json(incident);
    assertThat(json.get("iteration").asInt()).isEqualTo(3);
    assertThat(json.get("score").isNull()).isTrue();
    assertThat(json.get("scoreNonFinite").asText()).isEqualTo("NaN");
    assertThat(json.get("verdict").asText()).isEqualTo(report.verdict());
    assertThat(json.at("/origin/kind").asText()).isEqualTo("FEATURES");
    assertThat(json.at("/origin/rows/0").asLong()).isEqualTo(1);
    assertThat(json.at("/origin/columns/0").asLong()).isEqualTo(2);
    assertThat(json.at("/origin/nan").asLong()).isEqualTo(1);
    assertThat(json.at("/origin/largestInput").isNull()).isTrue();
    assertThat(json.at("/parameters")).hasSameSizeAs(report.parameters());
    assertThat(json.at("/history")).hasSize(3);
    assertThat(json.at("/history/2/norm").asDouble()).isEqualTo(report.history().get(2).norm());
  }

  /** The batch that the network still holds is not what another network's gradient came from. */
  @Test
  void batchOfAnotherGradientIsNotKept() throws IOException {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Adam(0.01));
    GradientClippingListener listener = listener(NonFinitePolicy.SKIP).captureTo(folder);
    network.addListeners(listener);
    DataSet innocent = Networks.batch(7, 1);
    network.fit(innocent.getFeatures(), innocent.getLabels());
    INDArray gradient = Nd4j.valueArrayOf(new long[] {1, network.numParams()}, Double.NaN);
    network
        .getUpdater()
        .update(
            network,
            new DefaultGradient(gradient.castTo(DataType.FLOAT)),
            1,
            0,
            7,
            LayerWorkspaceMgr.noWorkspaces());

    assertThat(folder.resolve("incident-1").resolve("report.txt")).isNotEmptyFile();
    assertThat(folder.resolve("incident-1").resolve("batch.bin")).doesNotExist();
  }

  @Test
  void firstIncidentsOnly() throws IOException {
    Model network = Kind.LAYERS.plain(new Adam(0.01));
    network.addListeners(listener(NonFinitePolicy.SKIP).captureTo(folder, 2));
    for (int i = 0; i < 5; i++) {
      Kind.fit(network, broken(i));
    }
    assertThat(names()).containsExactlyInAnyOrder("incident-1", "incident-2");
  }

  @Test
  void nothingThatIsThereIsOverwritten() throws IOException {
    Path theirs = Files.createDirectory(folder.resolve("incident-1")).resolve("report.txt");
    Files.writeString(theirs, "of a run before");
    Model network = Kind.LAYERS.plain(new Adam(0.01));
    network.addListeners(listener(NonFinitePolicy.SKIP).captureTo(folder));
    Kind.fit(network, broken(1));

    assertThat(theirs).hasContent("of a run before");
    assertThat(folder.resolve("incident-2").resolve("network.zip")).isNotEmptyFile();
  }

  @ParameterizedTest
  @EnumSource
  void runIsTheSameWithAndWithout(NonFinitePolicy policy) {
    Model with = Kind.LAYERS.plain(new Adam(0.01));
    with.addListeners(listener(policy).captureTo(folder));
    Model without = Kind.LAYERS.plain(new Adam(0.01));
    without.addListeners(listener(policy));
    assertThat(outcome(with)).isEqualTo(outcome(without));
  }

  private static Snapshot outcome(Model network) {
    Kind.fit(network, 1, 2);
    try {
      Kind.fit(network, broken(3));
    } catch (NonFiniteGradientException e) {
      assertThat(e.report().iteration()).isEqualTo(2);
    }
    Kind.fit(network, 4);
    return Snapshot.of(network);
  }

  /** DL4J's LSTM takes no notice of the mask of its features, and no layer here holds it. */
  @Test
  void maskedSequence() throws IOException {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Adam(0.01))
                .list()
                .layer(new LSTM.Builder().nIn(2).nOut(3).build())
                .layer(
                    new RnnOutputLayer.Builder()
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.addListeners(listener(NonFinitePolicy.SKIP).captureTo(folder));
    INDArray features = Nd4j.ones(3, 2, 4).putScalar(new int[] {1, 0, 2}, Double.NaN);
    INDArray mask = Nd4j.ones(3, 4).putScalar(0, 3, 0);
    network.fit(new DataSet(features, Nd4j.ones(3, 2, 4), mask, mask.dup()));

    MultiDataSet held = batchIn(folder.resolve("incident-1"));
    assertSame(held.getFeatures(0), features);
    assertSame(held.getLabelsMaskArray(0), mask);
  }

  @Test
  void folderThatVanishesEndsTheCaptureAlone() throws IOException {
    Path gone = folder.resolve("gone");
    Model network = Kind.LAYERS.plain(new Adam(0.01));
    network.addListeners(listener(NonFinitePolicy.SKIP).captureTo(gone));
    Files.delete(gone);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Kind.fit(network, broken(1));
      Kind.fit(network, broken(2));
      assertThat(log.at(Level.WARN))
          .filteredOn(line -> line.contains("IncidentCapture"))
          .hasSize(1);
    }
    assertThatCode(() -> Kind.fit(network, 3)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void tooFewIncidents(int incidents) {
    assertThatThrownBy(() -> IncidentCapture.to(folder, incidents))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("incidents must be >= 1, but was " + incidents);
  }

  @Test
  void fileIsNoFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> IncidentCapture.to(file, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is a file");
    assertThatThrownBy(() -> IncidentCapture.to(file.resolve("below"), 1))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("Check that it is a directory");
    assertThatThrownBy(() -> listener(NonFinitePolicy.RAISE).captureTo(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("folder must not be null");
  }

  @Test
  void staysInThisProcess() {
    GradientClippingListener listener = listener(NonFinitePolicy.RAISE).captureTo(folder);
    assertThatThrownBy(
            () -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(listener))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining("IncidentCapture(" + folder);
  }

  private GradientClippingListener listener(NonFinitePolicy policy) {
    return new GradientClippingListener(
            GradientClipping.builder().maxNorm(1).nonFinite(policy).build())
        .observe(seen);
  }

  /** NaN included. */
  private static void assertSame(INDArray held, INDArray given) {
    assertThat(held.shape()).isEqualTo(given.shape());
    assertThat(Snapshot.bits(held)).isEqualTo(Snapshot.bits(given));
  }

  private static DataSet broken(long seed) {
    DataSet batch = Networks.batch(7, seed);
    batch.getFeatures().putScalar(1, 2, Double.NaN);
    return batch;
  }

  private static Model restored(Kind kind, Path incident) throws IOException {
    java.io.File file = incident.resolve("network.zip").toFile();
    return kind == Kind.LAYERS
        ? ModelSerializer.restoreMultiLayerNetwork(file)
        : ModelSerializer.restoreComputationGraph(file);
  }

  private static void fit(Model model, MultiDataSet batch) {
    if (model instanceof MultiLayerNetwork network) {
      network.fit(batch);
    } else {
      ((ComputationGraph) model).fit(batch);
    }
  }

  private static MultiDataSet batchIn(Path incident) throws IOException {
    MultiDataSet batch = new MultiDataSet();
    batch.load(incident.resolve("batch.bin").toFile());
    return batch;
  }

  private static JsonNode json(Path incident) throws IOException {
    return new ObjectMapper().readTree(incident.resolve("report.json").toFile());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }
}
