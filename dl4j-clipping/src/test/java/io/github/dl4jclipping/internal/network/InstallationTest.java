package io.github.dl4jclipping.internal.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.optimize.listeners.CollectScoresIterationListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** How clipping gets into a network, stays there, and gets out again. */
class InstallationTest {

  private static final GradientClipping CLIPPING = GradientClipping.byGlobalNorm(0.05);

  private final CollectingObserver seen = new CollectingObserver();

  @ParameterizedTest
  @EnumSource
  void configuredNetworkRefusesToTrainWithoutAListener(Kind kind) {
    Model network = kind.plain(new ClippedUpdater(new Adam(1e-2), CLIPPING));
    Snapshot before = Snapshot.of(network);

    assertThatThrownBy(() -> Kind.fit(network, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("addListeners(new GradientClippingListener())");

    assertThat(Snapshot.of(network).params()).isEqualTo(before.params());
    network.addListeners(new GradientClippingListener().observe(seen));
    Kind.fit(network, 1);
    assertThat(seen.last().maxNorm()).isEqualTo(0.05);
  }

  @ParameterizedTest
  @EnumSource
  void configuredNetworkRefusesAfterSetLearningRateWithoutItsListener(Kind kind) {
    Model network = kind.plain(new ClippedUpdater(new Adam(1e-2), CLIPPING));
    network.addListeners(new GradientClippingListener());
    Kind.fit(network, 1);
    network.setListeners();
    Kind.fit(network, 2); // removing the listener leaves clipping on
    assertThat(GradientClipping.lastReport(network).orElseThrow().iteration()).isEqualTo(1);
    Kind.setLearningRate(network, 1e-3);

    assertThatThrownBy(() -> Kind.fit(network, 3)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void detachGivesStockBack(Kind kind) {
    Model network = kind.plain(new Adam(1e-2));
    Model stock = kind.plain(new Adam(1e-2));
    CollectScoresIterationListener other = new CollectScoresIterationListener();
    network.addListeners(listener(GradientClipping.byGlobalNorm(1e9)), other);
    Kind.fit(network, 1);
    Kind.fit(stock, 1);

    GradientClipping.detachFrom(network);

    assertThat(Kind.updater(network))
        .hasSameClassAs(Kind.updater(stock))
        .isExactlyInstanceOf(
            kind == Kind.GRAPH ? ComputationGraphUpdater.class : MultiLayerUpdater.class);
    assertThat(GradientClipping.lastReport(network)).isEmpty();
    Kind.fit(network, 2);
    Kind.fit(stock, 2);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
    assertThat(seen.steps).hasSize(1);
    assertThat(Kind.listeners(network)).containsExactly(other);
  }

  /** Layers without parameters throw where DL4J's are asked for their optimizer. */
  @Test
  void detachesFromLayersWithoutParameters() {
    MultiLayerNetwork layers =
        Networks.init(
            Networks.layers(
                InputType.convolutional(6, 6, 1),
                new ConvolutionLayer.Builder(3, 3).nOut(2).build(),
                new SubsamplingLayer.Builder().kernelSize(2, 2).build(),
                new ActivationLayer(Activation.RELU),
                new GlobalPoolingLayer(),
                new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build()));
    DataSet batch =
        new DataSet(Nd4j.rand(DataType.DOUBLE, 5, 1, 6, 6), Networks.batch(5, 1).getLabels());
    for (Model network : List.of(layers, layers.toComputationGraph())) {
      network.setListeners(listener(CLIPPING));
      Kind.fit(network, batch);
      GradientClipping.detachFrom(network);
      assertThat(GradientClipping.lastReport(network)).isEmpty();
      assertThat(Kind.listeners(network)).isEmpty();
      Kind.fit(network, batch);
    }
    assertThat(seen.steps).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void detachedConfiguredNetworkRefusesUntilItsOptionIsRemoved(Kind kind) {
    Model stock = kind.plain(new Adam(1e-2));
    Model network =
        kind.plain(new ClippedUpdater(new Adam(1e-2), GradientClipping.byGlobalNorm(1e9)));
    network.addListeners(new GradientClippingListener());
    Kind.fit(network, 1);
    Kind.fit(stock, 1);
    GradientClipping.detachFrom(network);
    assertThatThrownBy(() -> Kind.fit(network, 2)).isInstanceOf(IllegalStateException.class);

    removeOption(network);

    Kind.fit(network, 2);
    Kind.fit(stock, 2);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  /** The guards stand in updaters that DL4J built long before. */
  @ParameterizedTest
  @EnumSource
  void removedOptionLetsANetworkTrainThatWasRefused(Kind kind) {
    Model stock = kind.plain(new Adam(1e-2));
    Model network = kind.plain(new ClippedUpdater(new Adam(1e-2), CLIPPING));
    assertThatThrownBy(() -> Kind.fit(network, 1)).isInstanceOf(IllegalStateException.class);

    removeOption(network);

    Kind.fit(network, 1);
    Kind.fit(stock, 1);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  @Test
  void optionThatWasRemovedFromOneNetworkStillGuardsTheNext() {
    ClippedUpdater shared = new ClippedUpdater(new Adam(1e-2), CLIPPING);
    for (int i = 0; i < 2; i++) {
      MultiLayerNetwork network =
          Networks.init(
              Networks.conf(new Adam(1e-2))
                  .list()
                  .layer(new DenseLayer.Builder().nIn(4).nOut(5).updater(shared).build())
                  .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(5).nOut(3).build())
                  .build());
      assertThatThrownBy(() -> Kind.fit(network, 1)).isInstanceOf(IllegalStateException.class);
      removeOption(network);
      Kind.fit(network, 1);
    }
  }

  private static void removeOption(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      ClippedUpdater.removeFrom(network.getLayerWiseConfigurations());
    } else {
      ClippedUpdater.removeFrom(((ComputationGraph) model).getConfiguration());
    }
  }

  @Test
  void detachWithoutInstallationDoesNothing() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    Object updater = network.getUpdater();
    GradientClipping.detachFrom(network);
    assertThat(network.getUpdater()).isSameAs(updater);
  }

  @ParameterizedTest
  @EnumSource
  void listenerWithoutSettingsNeedsAConfiguredNetwork(Kind kind) {
    Model network = kind.plain(new Adam(1e-2));
    network.addListeners(new GradientClippingListener());
    Snapshot before = Snapshot.of(network);

    assertThatThrownBy(() -> Kind.fit(network, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the network has no ClippedUpdater");
    assertThat(Snapshot.of(network)).isEqualTo(before);
  }

  @Test
  void listenerAndConfigurationMustAgree() {
    Model network = Kind.LAYERS.plain(new ClippedUpdater(new Adam(1e-2), CLIPPING));
    network.addListeners(listener(GradientClipping.byGlobalNorm(7)));

    assertThatThrownBy(() -> Kind.fit(network, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("maxNorm=7.0")
        .hasMessageContaining("maxNorm=0.05")
        .hasMessageContaining("ClippedUpdater");

    network.setListeners(listener(CLIPPING));
    Kind.fit(network, 1);
    assertThat(seen.steps).hasSize(1);
  }

  @Test
  void twoListenersMustAgree() {
    Model network = Kind.GRAPH.plain(new Adam(1e-2));
    network.addListeners(listener(CLIPPING), listener(GradientClipping.byValue(1)));

    assertThatThrownBy(() -> Kind.fit(network, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("clipValue=1.0")
        .hasMessageContaining("maxNorm=0.05")
        .hasMessageContaining("remove one of them");
  }

  @Test
  void twoListenersThatAgreeBothObserve() {
    CollectingObserver second = new CollectingObserver();
    Model network = Kind.GRAPH.plain(new Adam(1e-2));
    network.addListeners(
        listener(CLIPPING),
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.05)).observe(second));
    Kind.fit(network, 1);
    Kind.fit(network, 2);
    assertThat(seen.steps).hasSize(2).isEqualTo(second.steps);
  }

  @Test
  void replacedListenerHearsNoMoreAndAllOfAReplacementDo() {
    CollectingObserver second = new CollectingObserver();
    CollectingObserver third = new CollectingObserver();
    Model network = Kind.LAYERS.plain(new Adam(1e-2));
    network.setListeners(listener(CLIPPING));
    Kind.fit(network, 1);
    network.setListeners(
        new GradientClippingListener(CLIPPING).observe(second),
        new GradientClippingListener(CLIPPING).observe(third));
    Kind.fit(network, 2);
    network.setListeners();
    Kind.fit(network, 3);

    assertThat(seen.steps).hasSize(1);
    assertThat(second.steps).hasSize(2).isEqualTo(third.steps);
  }

  @Test
  void configuredUpdatersMustAgree() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new ClippedUpdater(new Adam(1e-2), CLIPPING))
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(5).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(5)
                        .nOut(3)
                        .updater(
                            new ClippedUpdater(new Adam(1e-2), GradientClipping.byGlobalNorm(7)))
                        .build())
                .build());
    network.addListeners(new GradientClippingListener());

    assertThatThrownBy(() -> Kind.fit(network, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("maxNorm=7.0")
        .hasMessageContaining("maxNorm=0.05");
  }

  @Test
  void oneConfiguredUpdaterClipsEveryParameter() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Adam(1e-2))
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(5).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(5)
                        .nOut(3)
                        .updater(new ClippedUpdater(new Adam(1e-2), CLIPPING))
                        .build())
                .build());
    network.addListeners(new GradientClippingListener().observe(seen));
    Kind.fit(network, 1);
    assertThat(seen.last().parameterNorms()).containsOnlyKeys("0_W", "0_b", "1_W", "1_b");
  }

  @Test
  void updaterOfSomebodyElseIsNotReplaced() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    MultiLayerUpdater foreign = new ForeignUpdater(network);
    network.setUpdater(foreign);
    network.addListeners(listener(CLIPPING));

    assertThatThrownBy(() -> Kind.fit(network, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("ForeignUpdater");
    assertThat(network.getUpdater()).isSameAs(foreign);
  }

  /** An updater that is not DL4J's own. */
  private static final class ForeignUpdater extends MultiLayerUpdater {
    private static final long serialVersionUID = 1L;

    private ForeignUpdater(MultiLayerNetwork network) {
      super(network);
    }
  }

  @Test
  void attachTwiceIsAttachOnce() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    CLIPPING.attachTo(network);
    Object updater = network.getUpdater();
    CLIPPING.attachTo(network);
    assertThat(network.getUpdater()).isSameAs(updater);
  }

  @ParameterizedTest
  @EnumSource
  void theLastAttachCounts(Kind kind) {
    Model network = kind.plain(new Adam(1e-2));
    CLIPPING.attachTo(network);
    Kind.fit(network, 1);
    GradientClipping.byGlobalNorm(7).attachTo(network);
    Kind.fit(network, 2);
    assertThat(GradientClipping.lastReport(network).orElseThrow().maxNorm()).isEqualTo(7);
  }

  /** Nothing else changes: as if the second bound had been there from the start. */
  @ParameterizedTest
  @EnumSource
  void settingsFollowTheListener(Kind kind) {
    Model network = kind.plain(new Adam(1e-2));
    Model other = kind.plain(new Adam(1e-2));
    ClipRule learns = ClipRule.inOrder(ClipRule.value(1e9), ClipRule.autoClip());
    try (LogCapture log = new LogCapture(Level.INFO)) {
      for (Model model : List.of(network, other)) {
        model.setListeners(listener(GradientClipping.builder().rule(learns).build()));
        Kind.fit(model, 1, 2);
      }
      network.setListeners(
          listener(
              GradientClipping.builder().rule(learns).nonFinite(NonFinitePolicy.SKIP).build()));
      Kind.fit(network, 3, 4);
      Kind.fit(other, 3, 4);
      assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(other));
      assertThat(log.at(Level.INFO))
          .filteredOn(line -> line.contains("Clipping settings changed to"))
          .singleElement()
          .asString()
          .contains("nonFinite=SKIP", "nonFinite=RAISE");
    }
    Kind.fit(network, Networks.nanBatch(7, 5));
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.SKIPPED);
  }

  /** The listener that is there speaks for the network. */
  @ParameterizedTest
  @EnumSource
  void attachIsRefusedBesideAListenerThatDiffers(Kind kind) {
    Model network = kind.plain(new Adam(1e-2));
    network.setListeners(listener(CLIPPING));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> GradientClipping.byGlobalNorm(7).attachTo(network))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContainingAll("maxNorm=7.0", "maxNorm=0.05", "GradientClippingListener");
      Kind.fit(network, i);
      assertThat(seen.last().maxNorm()).isEqualTo(0.05);
    }
  }

  /** A listener without settings joins what is installed. */
  @Test
  void aListenerOverrulesAnAttachBefore() {
    Model network = Kind.LAYERS.plain(new Adam(1e-2));
    CLIPPING.attachTo(network);
    Kind.fit(network, 1);
    network.setListeners(new GradientClippingListener().observe(seen));
    Kind.fit(network, 2);
    assertThat(seen.last().maxNorm()).isEqualTo(0.05);
    network.setListeners(listener(GradientClipping.byGlobalNorm(7)));
    Kind.fit(network, 3);
    assertThat(seen.last().maxNorm()).isEqualTo(7);
  }

  /** Master weights, loss scale and moments go on. */
  @ParameterizedTest
  @EnumSource
  void mixedPrecisionGoesOnUnderOtherSettings(Kind kind) {
    LossScaling scaling = LossScaling.dynamic().withInitialScale(64).withMasterWeights(true);
    GradientClipping one = GradientClipping.builder().maxNorm(1e6).lossScaling(scaling).build();
    Model network = kind.half(new Adam(1e-3));
    Model other = kind.half(new Adam(1e-3));
    for (Model model : List.of(network, other)) {
      model.setListeners(listener(one));
      fitHalf(model, 1, 2);
    }
    network.setListeners(listener(one.toBuilder().maxNorm(1e5).build()));
    fitHalf(network, 3, 4);
    fitHalf(other, 3, 4);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(other));
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(64, 4, 0));
  }

  private static void fitHalf(Model network, long... seeds) {
    for (long seed : seeds) {
      Kind.fit(network, Networks.batch(DataType.FLOAT16, 7, seed));
    }
  }

  @Test
  void anotherRuleStartsAfreshAfterDetach() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    CLIPPING.attachTo(network);
    Kind.fit(network, 1);
    GradientClipping.detachFrom(network);
    GradientClipping.byGlobalNorm(7).attachTo(network);
    Kind.fit(network, 2);
    assertThat(GradientClipping.lastReport(network).orElseThrow().maxNorm()).isEqualTo(7);
  }

  @Test
  void epochsAreAnnounced() {
    MultiLayerNetwork layers = Networks.dense(Networks.conf(new Adam(1e-2)));
    ComputationGraph graph = Networks.graph(Networks.conf(new Adam(1e-2)));
    var batches =
        new org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator<>(
            java.util.List.of(Networks.batch(7, 1), Networks.batch(7, 2)), 7);
    layers.addListeners(listener(CLIPPING));
    layers.fit(batches, 2);
    assertThat(seen.epochs).containsExactly(0, 1);
    graph.addListeners(listener(CLIPPING));
    graph.fit(batches, 2);
    assertThat(seen.epochs).containsExactly(0, 1, 0, 1);
  }

  private GradientClippingListener listener(GradientClipping clipping) {
    return new GradientClippingListener(clipping).observe(seen);
  }
}
