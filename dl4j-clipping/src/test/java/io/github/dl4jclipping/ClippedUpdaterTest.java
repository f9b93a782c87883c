package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** The option inside a network's configuration. */
class ClippedUpdaterTest {

  private static final GradientClipping CLIPPING =
      GradientClipping.builder().maxNorm(0.1).nonFinite(NonFinitePolicy.SKIP).build();

  /** Set by the class that malformed JSON must not reach. */
  static final AtomicBoolean PROBED = new AtomicBoolean();

  /** Tells if it is ever loaded. */
  public static final class Probe {
    static {
      PROBED.set(true);
    }
  }

  @Test
  void travelsInLayersJsonAndYaml() {
    MultiLayerConfiguration conf = Networks.denseConf(Networks.conf(clipped(new Adam(1e-2))));
    assertThat(MultiLayerConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
    assertThat(MultiLayerConfiguration.fromYaml(conf.toYaml())).isEqualTo(conf);
    assertThat(conf.clone()).isEqualTo(conf);
    assertThat(conf.toJson()).contains("\"@class\" : \"io.github.dl4jclipping.ClippedUpdater\"");
  }

  @Test
  void travelsInAGraphsJsonAndYaml() {
    ComputationGraphConfiguration conf =
        Networks.graphConf(
            Networks.conf(
                clipped(new Adam(new ExponentialSchedule(ScheduleType.EPOCH, 0.1, 0.9)))));
    assertThat(ComputationGraphConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
    assertThat(ComputationGraphConfiguration.fromYaml(conf.toYaml())).isEqualTo(conf);
  }

  static Stream<UnaryOperator<String>> damages() {
    String probe = "\"@class\" : \"" + Probe.class.getName() + "\", ";
    return Stream.of(
        json -> json.replace("\"nonFinite\"", "\"nonfinite\""),
        json -> json.replaceAll("\"maxConsecutiveSkips\" : 10,", ""),
        json -> json.replace("\"SKIP\"", "\"skip\""),
        json -> json.replace("\"maxNorm\" : 0.1", "\"maxNorm\" : -0.1"),
        json -> json.replace("\"clipping\"", "\"cliping\""),
        json -> json.replace("\"clipping\" : {", "\"clipping\" : { " + probe),
        json -> json.replace("\"rule\" : {", "\"rule\" : { " + probe),
        json -> json.replaceAll("(?s)\"rule\" : \\{.*?}", "\"rule\" : null"));
  }

  @ParameterizedTest
  @MethodSource("damages")
  void staysStrictInsideDl4jsLenientJson(UnaryOperator<String> damage) {
    String layers = Networks.denseConf(Networks.conf(clipped(new Adam(1e-2)))).toJson();
    String graph = Networks.graphConf(Networks.conf(clipped(new Adam(1e-2)))).toJson();
    assertThat(damage.apply(layers)).isNotEqualTo(layers);

    assertThatThrownBy(() -> MultiLayerConfiguration.fromJson(damage.apply(layers)))
        .isInstanceOf(RuntimeException.class);
    assertThatThrownBy(() -> ComputationGraphConfiguration.fromJson(damage.apply(graph)))
        .isInstanceOf(RuntimeException.class);
    assertThat(PROBED).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void savedModelTrainsOnAsIfNothingHadHappened(boolean graph, @TempDir Path folder)
      throws IOException {
    Model through = network(graph, clipped(new Adam(1e-2)));
    through.addListeners(new GradientClippingListener());
    fit(through, Networks.batch(7, 1));
    File file = folder.resolve("model.zip").toFile();
    ModelSerializer.writeModel(through, file, true);
    Model restored =
        graph
            ? ModelSerializer.restoreComputationGraph(file)
            : ModelSerializer.restoreMultiLayerNetwork(file);

    assertThatThrownBy(() -> fit(restored, Networks.batch(7, 2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("new GradientClippingListener()");
    restored.addListeners(new GradientClippingListener());
    fit(restored, Networks.batch(7, 2));
    fit(through, Networks.batch(7, 2));

    assertThat(Snapshot.of(restored)).isEqualTo(Snapshot.of(through));
    assertThat(GradientClipping.lastReport(restored))
        .isEqualTo(GradientClipping.lastReport(through));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void hasTheBlocksAndTheStateOfTheUpdaterInside(boolean graph) {
    Model stock = network(graph, new Adam(1e-2));
    Model clipped = network(graph, clipped(new Adam(1e-2)));
    clipped.addListeners(new GradientClippingListener());
    fit(stock, Networks.batch(7, 1));
    fit(clipped, Networks.batch(7, 1));

    assertThat(Snapshot.of(clipped).updaterState().capacity())
        .isEqualTo(Snapshot.of(stock).updaterState().capacity());
    assertThat(blocks(clipped)).isEqualTo(blocks(stock));
  }

  @Test
  void isWhatItWraps() {
    ClippedUpdater updater = clipped(new Adam(1e-2));
    assertThat(updater.stateSize(5)).isEqualTo(10);
    assertThat(updater.hasLearningRate()).isTrue();
    assertThat(updater.getLearningRate(0, 0)).isEqualTo(1e-2);
    updater.setLrAndSchedule(0.5, null);
    assertThat(updater.updater()).isEqualTo(new Adam(0.5));
    assertThat(updater.clipping()).isEqualTo(CLIPPING);
    assertThat(updater.clone()).isEqualTo(updater).isNotSameAs(updater);
    assertThat(updater).isNotEqualTo(new Adam(0.5)).isNotEqualTo(clipped(new Adam(0.4)));
    assertThat(updater.hashCode()).isEqualTo(clipped(new Adam(0.5)).hashCode());
    assertThat(updater.toString()).startsWith("ClippedUpdater(Adam(").contains("maxNorm=0.1");
  }

  @Test
  void nestingIsRefused() {
    assertThatThrownBy(() -> clipped(clipped(new Sgd(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not itself be a ClippedUpdater");
  }

  @Test
  void refusesToBeUsedOutsideANetwork() {
    var bare = clipped(new Sgd(1)).instantiate(java.util.Map.of(), true);
    var gradient = org.nd4j.linalg.factory.Nd4j.ones(3);
    assertThatThrownBy(() -> bare.applyUpdater(gradient, 0, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThat(bare.getConfig()).isEqualTo(new Sgd(1));
    assertThat(bare.getState()).isEmpty();
  }

  private static Object blocks(Model model) {
    var blocks =
        model instanceof MultiLayerNetwork network
            ? ((org.deeplearning4j.nn.updater.MultiLayerUpdater) network.getUpdater())
                .getUpdaterBlocks()
            : ((ComputationGraph) model).getUpdater().getUpdaterBlocks();
    return blocks.stream()
        .map(
            block ->
                block.getParamOffsetStart()
                    + ".."
                    + block.getParamOffsetEnd()
                    + " "
                    + block.getGradientUpdater().getClass())
        .toList();
  }

  private static Model network(boolean graph, IUpdater updater) {
    return graph ? Networks.graph(Networks.conf(updater)) : Networks.dense(Networks.conf(updater));
  }

  private static ClippedUpdater clipped(IUpdater updater) {
    return new ClippedUpdater(updater, CLIPPING);
  }

  private static void fit(Model network, DataSet batch) {
    ((NeuralNetwork) network).fit(batch);
  }
}
