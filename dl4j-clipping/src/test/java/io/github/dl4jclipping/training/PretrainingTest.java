package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipPart;
import io.github.dl4jclipping.rule.GroupsRule;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Layerwise pretraining, where DL4J trains one layer at a time with an updater of its own. */
class PretrainingTest {

  private final CollectingObserver seen = new CollectingObserver();

  static Stream<Layer> layers() {
    return Stream.of(
        new AutoEncoder.Builder().nOut(3).corruptionLevel(0).build(),
        new VariationalAutoencoder.Builder()
            .nOut(2)
            .encoderLayerSizes(5)
            .decoderLayerSizes(6)
            .build());
  }

  @ParameterizedTest
  @MethodSource("layers")
  void clipsTheLayer(Layer layer) {
    MultiLayerNetwork network = network(layer, new Adam(1e-2));
    // VariationalAutoencoder copies the list of listeners: addListeners does not reach it.
    network.setListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.01)).observe(seen));

    network.pretrainLayer(0, Networks.batch(7, 1).getFeatures());
    network.pretrainLayer(0, Networks.batch(7, 2).getFeatures());

    assertThat(seen.steps).hasSize(2);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
    assertThat(seen.steps).allMatch(step -> step.clippedNorm() <= 0.01);
    assertThat(seen.last().parameterNorms().keySet())
        .containsAnyOf("0_vb", "0_pXZb")
        .allMatch(name -> name.startsWith("0_"));
  }

  /** Names of other layers, and of parameters that only pretraining knows, hold in both. */
  @ParameterizedTest
  @MethodSource("layers")
  void settingsByNameHoldHereAndInFit(Layer layer) {
    GradientClipping clipping =
        GradientClipping.builder()
            .rule(GroupsRule.builder().group("output", 5, "1_W").others(0.01).build())
            .exclude("1_b", layer instanceof AutoEncoder ? "0_vb" : "0_pXZb")
            .build();
    MultiLayerNetwork network = network(layer, new Adam(1e-2));
    network.setListeners(new GradientClippingListener(clipping).observe(seen));

    network.pretrainLayer(0, Networks.batch(7, 1).getFeatures());
    assertThat(seen.last().parts()).extracting(ClipPart::name).containsExactly("others");
    assertThat(seen.last().clippedNorm()).isLessThanOrEqualTo(0.01);
    assertThat(seen.last().parameterNorms()).doesNotContainKeys("0_vb", "0_pXZb");

    network.fit(Networks.batch(7, 1));
    assertThat(seen.last().parts()).extracting(ClipPart::name).containsExactly("output", "others");
    assertThat(seen.last().parameterNorms()).doesNotContainKey("1_b");
  }

  @ParameterizedTest
  @MethodSource("layers")
  void hugeBoundEqualsStock(Layer layer) {
    MultiLayerNetwork stock = network(layer, new Adam(1e-2));
    MultiLayerNetwork clipped = network(layer, new Adam(1e-2));
    clipped.setListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(1e9)).observe(seen));

    for (MultiLayerNetwork network : new MultiLayerNetwork[] {stock, clipped}) {
      org.nd4j.linalg.factory.Nd4j.getRandom().setSeed(7);
      for (int step = 0; step < 3; step++) {
        network.pretrainLayer(0, Networks.batch(7, step).getFeatures());
      }
    }
    assertThat(seen.steps).hasSize(3);
    assertThat(Snapshot.bits(clipped.params())).isEqualTo(Snapshot.bits(stock.params()));
  }

  @ParameterizedTest
  @MethodSource("layers")
  void raisesAndTrainsOn(Layer layer) {
    MultiLayerNetwork network = network(layer, new Adam(1e-2));
    network.setListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(1)).observe(seen));
    var before = Snapshot.bits(network.params());

    assertThatThrownBy(() -> network.pretrainLayer(0, Networks.nanBatch(7, 1).getFeatures()))
        .isInstanceOf(NonFiniteGradientException.class);

    assertThat(Snapshot.bits(network.params())).isEqualTo(before);
    network.pretrainLayer(0, Networks.batch(7, 1).getFeatures());
    assertThat(Snapshot.bits(network.params())).isNotEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void configuredLayerRefusesToPretrainUnclipped(Layer layer) {
    MultiLayerNetwork network =
        network(layer, new ClippedUpdater(new Adam(1e-2), GradientClipping.byGlobalNorm(0.01)));
    var before = Snapshot.bits(network.params());

    assertThatThrownBy(() -> network.pretrainLayer(0, Networks.batch(7, 1).getFeatures()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("GradientClippingListener");

    assertThat(Snapshot.bits(network.params())).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void takesTheSettingsOfTheConfiguredLayer(Layer layer) {
    MultiLayerNetwork network =
        network(layer, new ClippedUpdater(new Adam(1e-2), GradientClipping.byGlobalNorm(0.01)));
    network.setListeners(new GradientClippingListener().observe(seen));

    network.pretrainLayer(0, Networks.batch(7, 1).getFeatures());

    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(seen.last().maxNorm()).isEqualTo(0.01);
  }

  @ParameterizedTest
  @MethodSource("layers")
  void detachGivesTheLayerItsOwnUpdaterBack(Layer layer) {
    MultiLayerNetwork network = network(layer, new Adam(1e-2));
    MultiLayerNetwork stock = network(layer, new Adam(1e-2));
    network.setListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(1e9)).observe(seen));
    for (MultiLayerNetwork each : new MultiLayerNetwork[] {network, stock}) {
      org.nd4j.linalg.factory.Nd4j.getRandom().setSeed(7);
      each.pretrainLayer(0, Networks.batch(7, 1).getFeatures());
      GradientClipping.detachFrom(each);
      each.pretrainLayer(0, Networks.batch(7, 2).getFeatures());
    }
    assertThat(seen.steps).hasSize(1);
    assertThat(Snapshot.bits(network.params())).isEqualTo(Snapshot.bits(stock.params()));
    assertThat(network.getLayer(0).getOptimizer().getUpdater())
        .isExactlyInstanceOf(LayerUpdater.class);
  }

  private static MultiLayerNetwork network(Layer layer, IUpdater updater) {
    return Networks.init(
        Networks.conf(updater)
            .list()
            .layer(layer.clone())
            .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
            .setInputType(InputType.feedForward(4))
            .build());
  }
}
