package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.report.ClipReport;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;

/** Loss scale and master weights outlive the process, and what DL4J does to updaters. */
class SavedMixedPrecisionTest {

  private static final GradientClipping CLIPPING =
      GradientClipping.builder()
          .maxNorm(0.5)
          .lossScaling(
              LossScaling.dynamic()
                  .withInitialScale(0x1p21)
                  .withGrowthInterval(4)
                  .withMasterWeights(true))
          .build();

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Kind.class)
  void trainingOnEqualsTrainingThrough(Kind kind) throws IOException {
    Model through = clipped(kind);
    fit(through, 1, 12);
    File file = saved(through);
    List<ClipReport> expected = fit(through, 13, 24);

    Model restored = restored(kind, file);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      GradientClipping.restoreState(restored, file);
      restored.addListeners(new GradientClippingListener(CLIPPING));
      assertThat(fit(restored, 13, 24)).isEqualTo(expected);
      assertThat(log.at(Level.WARN)).isEmpty();
    }
    assertThat(Snapshot.of(restored)).isEqualTo(Snapshot.of(through));
    assertThat(expected.get(0).lossScale().overflows()).isPositive();
  }

  @Test
  void restoredWhereItIsClippedAlready() throws IOException {
    Model through = clipped(Kind.LAYERS);
    fit(through, 1, 12);
    File file = saved(through);
    fit(through, 13, 20);

    Model restored = restored(Kind.LAYERS, file);
    CLIPPING.attachTo(restored);
    GradientClipping.restoreState(restored, file);
    restored.addListeners(new GradientClippingListener(CLIPPING));
    fit(restored, 13, 20);
    assertThat(Snapshot.of(restored)).isEqualTo(Snapshot.of(through));
  }

  /** Where DL4J puts its own updater back, the FLOAT digits stay. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void aNewUpdaterGoesOn(Kind kind) {
    Model through = clipped(kind);
    Model changed = clipped(kind);
    fit(through, 1, 12);
    fit(changed, 1, 12);
    Kind.setLearningRate(changed, 0.01);
    fit(through, 13, 20);
    fit(changed, 13, 20);
    assertThat(Snapshot.of(changed)).isEqualTo(Snapshot.of(through));
  }

  /** DL4J lays its blocks out anew for a rate of one layer, and back again. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void anotherRateForOneLayerLeavesTheState(Kind kind) {
    Model through = clipped(kind);
    Model changed = clipped(kind);
    fit(through, 1, 12);
    fit(changed, 1, 12);
    Kind.setFirstLearningRate(changed, 0.02);
    CLIPPING.attachTo(changed);
    Kind.setFirstLearningRate(changed, 0.01);
    fit(through, 13, 20);
    fit(changed, 13, 20);
    assertThat(Snapshot.of(changed)).isEqualTo(Snapshot.of(through));
  }

  /** Where settings are refused, what was read stays for the right ones. */
  @Test
  void refusedSettingsLoseNothing() throws IOException {
    Model through = clipped(Kind.LAYERS);
    fit(through, 1, 12);
    File file = saved(through);
    fit(through, 13, 20);
    Model restored = restored(Kind.LAYERS, file);
    GradientClipping.restoreState(restored, file);
    GradientClipping wrong = CLIPPING.toBuilder().exclude("nothing*").build();
    assertThatThrownBy(() -> wrong.attachTo(restored)).isInstanceOf(IllegalStateException.class);
    restored.addListeners(new GradientClippingListener(CLIPPING));
    fit(restored, 13, 20);
    assertThat(Snapshot.of(restored)).isEqualTo(Snapshot.of(through));
  }

  @Test
  void restoringTakesTheUpdatersStateThatWasHandedOutBack() throws IOException {
    Model network = clipped(Kind.LAYERS);
    fit(network, 1, 12);
    File file = saved(network);
    Snapshot before = Snapshot.of(network);
    fit(network, 13, 14);
    assertThat(Snapshot.of(network).updaterState()).isNotEqualTo(before.updaterState());
    GradientClipping.restoreState(network, file);
    assertThat(Snapshot.of(network).updaterState()).isEqualTo(before.updaterState());
  }

  @Test
  void masterWeightsNeedStochasticGradientDescent() {
    Model network =
        Networks.init(
            Networks.plainConf(
                Networks.conf(new Adam(0.01))
                    .dataType(DataType.FLOAT16)
                    .optimizationAlgo(OptimizationAlgorithm.LBFGS)));
    assertThatThrownBy(() -> CLIPPING.attachTo(network))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("masterWeights", "LBFGS", "Remove masterWeights");
  }

  @Test
  void withoutRestoringItWarnsAndTrains() throws IOException {
    Model network = clipped(Kind.LAYERS);
    fit(network, 1, 12);
    Model restored = restored(Kind.LAYERS, saved(network));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      restored.addListeners(new GradientClippingListener(CLIPPING));
      fit(restored, 13, 20);
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("Master weights start from the HALF weights", "12 iterations", "restoreState");
    }
    assertThat(restored.score()).isFinite();
  }

  @Test
  void settingsWithoutLossScalingLeaveNothingToSave() throws IOException {
    Model network = clipped(Kind.LAYERS);
    fit(network, 1, 6);
    ((MultiLayerNetwork) network).setListeners(List.of());
    Kind.setUpdaterNull(network);
    GradientClipping plain = GradientClipping.byGlobalNorm(0.5);
    plain.attachTo(network);
    Model restored = restored(Kind.LAYERS, saved(network));
    GradientClipping.restoreState(restored, folder.resolve("model.zip").toFile());
    assertThatCode(() -> plain.attachTo(restored)).doesNotThrowAnyException();
  }

  @Test
  void droppingSavedMasterWeightsIsWarnedOf() throws IOException {
    Model network = clipped(Kind.LAYERS);
    fit(network, 1, 6);
    File file = saved(network);
    Model later = restored(Kind.LAYERS, file);
    GradientClipping.restoreState(later, file);
    GradientClipping without =
        CLIPPING.toBuilder().lossScaling(LossScaling.dynamic().withMaxScale(0x1p22)).build();
    try (LogCapture log = new LogCapture(Level.WARN)) {
      later.addListeners(new GradientClippingListener(without));
      fit(later, 7, 8);
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("masterWeights", "additional digits", "withMasterWeights(true)");
    }
  }

  @Test
  void savedScaleNeedsSettings() throws IOException {
    Model network = clipped(Kind.LAYERS);
    fit(network, 1, 6);
    File file = saved(network);

    Model later = restored(Kind.LAYERS, file);
    GradientClipping.restoreState(later, file);
    later.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(0.5)));
    assertThatThrownBy(() -> fit(later, 7, 7))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("restored state", "have no lossScaling", "detachFrom");

    Model already = restored(Kind.LAYERS, file);
    GradientClipping.byGlobalNorm(0.5).attachTo(already);
    assertThatThrownBy(() -> GradientClipping.restoreState(already, file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("have no lossScaling");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"scale\":0,\"goodSteps\":1,\"overflows\":1}",
        "{\"scale\":\"x\",\"goodSteps\":1,\"overflows\":1}",
        "{\"scale\":2,\"goodSteps\":-1,\"overflows\":1}",
        "{\"scale\":2,\"goodSteps\":1}"
      })
  void damagedScaleIsRefused(String scale) throws IOException {
    Model network = clipped(Kind.LAYERS);
    fit(network, 1, 2);
    File file = saved(network);
    try (FileSystem zip = FileSystems.newFileSystem(file.toPath())) {
      Path entry = zip.getPath("dl4j-clipping.json");
      String text = Files.readString(entry);
      Files.writeString(
          entry, text.replaceFirst("\"lossScale\":\\{[^}]*}", "\"lossScale\":" + scale));
    }
    assertThatThrownBy(() -> GradientClipping.restoreState(restored(Kind.LAYERS, file), file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("damaged");
  }

  private static Model clipped(Kind kind) {
    Model network = kind.half(new Adam(0.01));
    network.addListeners(new GradientClippingListener(CLIPPING));
    return network;
  }

  private static List<ClipReport> fit(Model network, int first, int last) {
    List<ClipReport> reports = new ArrayList<>();
    for (int seed = first; seed <= last; seed++) {
      Kind.fit(network, Networks.batch(DataType.FLOAT16, 8, seed));
      reports.add(GradientClipping.lastReport(network).orElseThrow());
    }
    return reports;
  }

  private File saved(Model network) throws IOException {
    File file = folder.resolve("model.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    GradientClipping.saveState(network, file);
    return file;
  }

  private static Model restored(Kind kind, File file) throws IOException {
    return kind == Kind.LAYERS
        ? MultiLayerNetwork.load(file, true)
        : ComputationGraph.load(file, true);
  }
}
