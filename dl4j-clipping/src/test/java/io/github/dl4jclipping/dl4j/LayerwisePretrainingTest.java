package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.Networks;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** DL4J's layerwise pretraining, as docs/dl4j-notes.md states it. */
class LayerwisePretrainingTest {

  private static Layer autoEncoder() {
    return new AutoEncoder.Builder().nOut(3).corruptionLevel(0).build();
  }

  private static Layer variational() {
    return new VariationalAutoencoder.Builder()
        .nOut(3)
        .encoderLayerSizes(5)
        .decoderLayerSizes(6)
        .build();
  }

  private static MultiLayerNetwork network(Layer layer) {
    return Networks.init(
        Networks.conf(new Adam(0.01))
            .list()
            .layer(layer)
            .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
            .setInputType(InputType.feedForward(4))
            .build());
  }

  private static void pretrain(MultiLayerNetwork network) {
    network.pretrain(new ListDataSetIterator<>(List.of(Networks.batch(7, 1)), 1));
  }

  @Test
  void aLayerIsTheModelAndHasAnOptimizerOfItsOwnFromThenOn() {
    for (Layer layer : List.of(autoEncoder(), variational())) {
      MultiLayerNetwork network = network(layer);
      List<Model> models = new ArrayList<>();
      Calls calls = new Calls((name, model) -> models.add(model));
      network.setListeners(calls);

      pretrain(network);

      assertThat(models).isNotEmpty().containsOnly(network.getLayer(0));
      assertThat(calls.names).contains("onGradientCalculation", "iterationDone");
      assertThat(network.getLayer(0).getOptimizer().getUpdater(false).getClass())
          .isEqualTo(LayerUpdater.class);
      assertThat(network.getUpdater(false)).isNull();
    }
  }

  @Test
  void beforehandOnlySomeLayersHaveOne() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Adam(0.01))
                .list()
                .layer(variational())
                .layer(autoEncoder())
                .layer(new ActivationLayer(Activation.RELU))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
                .setInputType(InputType.feedForward(4))
                .build());

    assertThat(network.getLayer(0).getOptimizer()).isNull();
    assertThat(network.getLayer(1).getOptimizer().getUpdater(false)).isNull();
    assertThatThrownBy(() -> network.getLayer(2).getOptimizer())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  /** LayerUpdater itself is let pass by its class. */
  @Test
  void aSubclassOfItsUpdaterMeetsAWorkspaceThatMustNotBeOpen() {
    MultiLayerNetwork plain = network(autoEncoder());
    plain.setListeners(new Calls((name, model) -> subclassInto(name, model)));
    assertThatThrownBy(() -> pretrain(plain)).hasMessageContaining("UPDATER_WORKING_MEM");

    MultiLayerNetwork variational = network(variational()); // it runs without workspaces
    variational.setListeners(new Calls((name, model) -> subclassInto(name, model)));
    pretrain(variational);
  }

  private static void subclassInto(String name, Model layer) {
    if (name.equals("onGradientCalculation")) {
      layer.getOptimizer().setUpdater(new LayerUpdater((org.deeplearning4j.nn.api.Layer) layer) {});
    }
  }

  @Test
  void addListenersReachesAnAutoEncoderAndNoVariationalOne() {
    assertThat(heardAfterAddListeners(autoEncoder())).isNotEmpty();
    assertThat(heardAfterAddListeners(variational())).isEmpty();
  }

  private static List<String> heardAfterAddListeners(Layer layer) {
    MultiLayerNetwork network = network(layer);
    Calls calls = new Calls();
    network.addListeners(calls);
    pretrain(network);
    return calls.names;
  }

  @Test
  void onceALayerIsPretrainedItsOptimizerKeepsTheListenersItHas() {
    for (Layer layer : List.of(autoEncoder(), variational())) {
      MultiLayerNetwork network = network(layer);
      network.setListeners(new Calls());
      pretrain(network);
      Calls later = new Calls();
      network.setListeners(later);

      pretrain(network);

      assertThat(later.names).doesNotContain("onGradientCalculation", "iterationDone");
    }
  }
}
