package io.github.dl4jclipping.internal.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.RecordingUpdater;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's own per-layer kinds come first, ours after them. */
class LayerNormalizationTest {

  private final RecordingUpdater recording = new RecordingUpdater(0.1);
  private final CollectingObserver seen = new CollectingObserver();

  @ParameterizedTest
  @EnumSource(names = "None", mode = EnumSource.Mode.EXCLUDE)
  void globalNormIsTakenAfterTheLayers(GradientNormalization kind) {
    ComputationGraph stock = graph(kind);
    stock.fit(Networks.batch(7, 1));
    double afterLayers = recording.takeNorm();
    ComputationGraph network = graph(kind);
    network.addListeners(listener(GradientClipping.byGlobalNorm(0.01)));

    network.fit(Networks.batch(7, 1));

    assertThat(seen.last().norm()).isCloseTo(afterLayers, within(afterLayers * 1e-6));
    assertThat(recording.takeNorm()).isCloseTo(0.01, within(1e-6));
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.CLIPPED);
  }

  @Test
  void clampComesAfterTheLayers() {
    MultiLayerNetwork network =
        Networks.dense(
            Networks.conf(recording)
                .gradientNormalization(GradientNormalization.RenormalizeL2PerLayer));
    network.addListeners(listener(GradientClipping.byValue(0.05)));

    network.fit(Networks.batch(7, 1));

    assertThat(seen.last().norm()).isCloseTo(Math.sqrt(3), within(0.1));
    assertThat(recording.takeSeen())
        .allSatisfy(array -> assertThat(array.amaxNumber().doubleValue()).isLessThan(0.0501));
  }

  @ParameterizedTest
  @EnumSource(names = "None", mode = EnumSource.Mode.EXCLUDE)
  void nonFiniteIsSeenBeforeALayerHidesIt(GradientNormalization kind) {
    MultiLayerNetwork network =
        Networks.dense(
            Networks.conf(new Sgd(0.1))
                .gradientNormalization(kind)
                .gradientNormalizationThreshold(0.1));
    network.addListeners(listener(GradientClipping.byGlobalNorm(1)));
    Snapshot before = Snapshot.of(network);

    assertThatThrownBy(() -> network.fit(Networks.nanBatch(7, 1)))
        .isInstanceOf(NonFiniteGradientException.class);

    assertThat(Snapshot.of(network)).isEqualTo(before);
  }

  @Test
  void warnPolicyTrainsAsStock() {
    MultiLayerNetwork stock =
        Networks.dense(
            Networks.conf(new Sgd(0.1))
                .gradientNormalization(GradientNormalization.ClipL2PerLayer));
    MultiLayerNetwork network =
        Networks.dense(
            Networks.conf(new Sgd(0.1))
                .gradientNormalization(GradientNormalization.ClipL2PerLayer));
    network.addListeners(
        listener(GradientClipping.builder().maxNorm(1).nonFinite(NonFinitePolicy.WARN).build()));

    network.fit(Networks.nanBatch(7, 1));
    stock.fit(Networks.nanBatch(7, 1));

    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  /** Stock normalizes the layers that the gradient names, and a bare array names none. */
  @ParameterizedTest
  @EnumSource(names = "None", mode = EnumSource.Mode.EXCLUDE)
  void gradientWithoutNamesIsTreatedAsInStock(GradientNormalization kind) {
    MultiLayerNetwork stock = sgd(kind);
    MultiLayerNetwork network = sgd(kind);
    GradientClipping.byGlobalNorm(1e9).attachTo(network);
    for (MultiLayerNetwork each : new MultiLayerNetwork[] {stock, network}) {
      each.fit(Networks.batch(7, 1));
      each.getFlattenedGradients().assign(3);
      each.getUpdater()
          .update(
              each,
              new DefaultGradient(each.getFlattenedGradients()),
              1,
              0,
              7,
              LayerWorkspaceMgr.noWorkspaces());
    }
    assertThat(Snapshot.bits(network.getFlattenedGradients()))
        .isEqualTo(Snapshot.bits(stock.getFlattenedGradients()));
  }

  private static MultiLayerNetwork sgd(GradientNormalization kind) {
    return Networks.dense(
        Networks.conf(new Sgd(0.1))
            .gradientNormalization(kind)
            .gradientNormalizationThreshold(0.1));
  }

  @Test
  void warnsOnce() {
    try (LogCapture log = new LogCapture(Level.INFO)) {
      ComputationGraph network = graph(GradientNormalization.ClipL2PerLayer);
      network.addListeners(listener(GradientClipping.byGlobalNorm(0.01)));
      network.fit(Networks.batch(7, 1));
      network.fit(Networks.batch(7, 2));
      network.setUpdater(null);
      network.fit(Networks.batch(7, 3));

      assertThat(log.at(Level.WARN)).hasSize(1);
      assertThat(log.at(Level.WARN).get(0)).contains("GradientNormalization");
    }
  }

  private ComputationGraph graph(GradientNormalization kind) {
    return Networks.graph(
        Networks.conf(recording).gradientNormalization(kind).gradientNormalizationThreshold(0.1));
  }

  private GradientClippingListener listener(GradientClipping clipping) {
    return new GradientClippingListener(clipping).observe(seen);
  }
}
