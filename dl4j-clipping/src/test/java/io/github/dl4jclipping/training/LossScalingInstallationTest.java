package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.internal.precision.ScaledLoss;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.ocnn.OCNNOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What a scaled loss is put into, taken out of, and refused for. */
class LossScalingInstallationTest {

  private static final LossScaling SCALING = LossScaling.dynamic();

  private final CollectingObserver seen = new CollectingObserver();

  @ParameterizedTest
  @EnumSource(Kind.class)
  void isTakenOutAgain(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    String json = json(network);
    Kind.addListener(network, listener(clipping(1, SCALING)));
    Kind.fit(network, 1, 2);
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(65536, 2, 0));
    GradientClipping.detachFrom(network);
    Model stock = kind.plain(new Sgd(0.1));
    stock.setParams(network.params().dup());
    Kind.fit(network, 3, 4);
    Kind.fit(stock, 3, 4);
    assertThat(Snapshot.bits(network.params())).isEqualTo(Snapshot.bits(stock.params()));
    assertThat(json(network).replaceAll("Count\" : [0-9]+", "Count\" : 0")).isEqualTo(json);
  }

  private static ILossFunction lossOf(Model network) {
    org.deeplearning4j.nn.api.Layer[] layers =
        network instanceof MultiLayerNetwork sequence
            ? sequence.getLayers()
            : ((ComputationGraph) network).getLayers();
    return ((BaseOutputLayer) layers[layers.length - 1].conf().getLayer()).getLossFn();
  }

  private static String json(Model network) {
    return network instanceof MultiLayerNetwork sequence
        ? sequence.getLayerWiseConfigurations().toJson()
        : ((ComputationGraph) network).getConfiguration().toJson();
  }

  @Test
  void aCloneIsNotScaled() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    network.addListeners(listener(clipping(1, SCALING)));
    network.fit(Networks.batch(7, 1));
    MultiLayerNetwork clone = network.clone();
    MultiLayerNetwork stock = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    stock.setParams(network.params().dup());
    clone.fit(Networks.batch(7, 2));
    stock.fit(Networks.batch(7, 2));
    assertThat(Snapshot.bits(clone.params())).isEqualTo(Snapshot.bits(stock.params()));
  }

  /** Where DL4J's own updater is back, nothing would divide by the scale. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void nothingIsScaledThatNobodyDivides(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    Model stock = kind.plain(new Sgd(0.1));
    clipping(1, SCALING).attachTo(network);
    Kind.setLearningRate(network, 0.2);
    Kind.setLearningRate(stock, 0.2);
    Kind.fit(network, 1, 2);
    Kind.fit(stock, 1, 2);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  /** A loss that was scaled once is not, where settings without loss scaling come after. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void settingsWithoutLossScalingTakeItOut(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    Model stock = kind.plain(new Sgd(0.1));
    ILossFunction plain = lossOf(network);
    GradientClippingListener scaling = listener(clipping(1e6, SCALING));
    network.setListeners(List.of(scaling));
    Kind.fit(network, 1);
    stock.setParams(network.params().dup());
    Kind.setUpdaterNull(network);
    network.setListeners(List.of(listener(GradientClipping.byGlobalNorm(1e6))));
    Kind.fit(network, 2, 3);
    Kind.fit(stock, 2, 3);
    assertThat(lossOf(network)).isSameAs(plain);
    assertThat(seen.last().lossScale()).isNull();
    assertThat(Snapshot.bits(network.params())).isEqualTo(Snapshot.bits(stock.params()));
  }

  /** DL4J makes the new network from the layers' own configurations. */
  @Test
  void transferLearningIsNotScaled() {
    ComputationGraph network = (ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1));
    network.addListeners(listener(clipping(1, SCALING)));
    network.fit(Networks.batch(7, 1));
    ComputationGraph changed = changed(network);
    ComputationGraph stock = changed((ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1)));
    assertThat(changed.getConfiguration().toJson()).doesNotContain("dl4jclipping");
    stock.setParams(changed.params().dup());
    Kind.fit(changed, 2, 3);
    Kind.fit(stock, 2, 3);
    assertThat(Snapshot.bits(changed.params())).isEqualTo(Snapshot.bits(stock.params()));

    changed.addListeners(listener(clipping(1, SCALING)));
    Kind.fit(changed, 4);
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(65536, 1, 0));
    GradientClipping.detachFrom(changed);
    assertThat(lossOf(changed)).isNotInstanceOf(ScaledLoss.class);
  }

  private static ComputationGraph changed(ComputationGraph network) {
    return new TransferLearning.GraphBuilder(network)
        .nOutReplace("dense", 6, WeightInit.XAVIER)
        .build();
  }

  @Test
  void inFloatItWarnsOnce() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      network.addListeners(listener(clipping(1, SCALING)));
      network.fit(Networks.batch(7, 1));
      network.setLearningRate(0.2);
      network.fit(Networks.batch(7, 1));
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("lossScaling", "is not useful in a FLOAT network");
    }
  }

  static Stream<Arguments> refused() {
    InputType image = InputType.convolutional(4, 4, 5);
    Layer output = new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build();
    Layer center =
        new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
            .nOut(3)
            .activation(Activation.SOFTMAX)
            .build();
    return Stream.of(
        Arguments.of(
            "CenterLossOutputLayer",
            Networks.layers(
                InputType.feedForward(4), new DenseLayer.Builder().nOut(5).build(), center)),
        Arguments.of(
            "Yolo2OutputLayer",
            Networks.layers(
                image,
                new ConvolutionLayer.Builder(1, 1).nOut(8).build(),
                new Yolo2OutputLayer.Builder()
                    .boundingBoxPriors(Nd4j.create(new double[][] {{1, 1}}))
                    .build())),
        Arguments.of(
            "OCNNOutputLayer",
            Networks.layers(
                InputType.feedForward(4),
                new DenseLayer.Builder().nOut(5).build(),
                new OCNNOutputLayer.Builder().nIn(5).hiddenLayerSize(3).build())),
        Arguments.of(
            "VariationalAutoencoder",
            Networks.layers(
                InputType.feedForward(4),
                new VariationalAutoencoder.Builder().nOut(3).build(),
                output)),
        Arguments.of(
            "no output layer",
            Networks.layers(InputType.feedForward(4), new DenseLayer.Builder().nOut(5).build())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void refusesWhatItCannotScale(String name, MultiLayerConfiguration conf) {
    MultiLayerNetwork network = Networks.init(conf);
    Snapshot before = Snapshot.of(network);
    Class<?> updater = network.getUpdater().getClass();
    String what = name.startsWith("no ") ? "needs an output layer" : name;
    assertThatThrownBy(() -> clipping(1, SCALING).attachTo(network))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("lossScaling", what, "Remove lossScaling");
    assertThat(Snapshot.of(network)).isEqualTo(before);
    assertThat(network.getUpdater().getClass()).isEqualTo(updater);
  }

  private static GradientClipping clipping(double maxNorm, LossScaling scaling) {
    return GradientClipping.builder().maxNorm(maxNorm).lossScaling(scaling).build();
  }

  private GradientClippingListener listener(GradientClipping clipping) {
    return new GradientClippingListener(clipping).observe(seen);
  }
}
