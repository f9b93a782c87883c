package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Which parameters take part in the norm and in the clip. */
class ParticipantsTest {

  private final CollectingObserver seen = new CollectingObserver();

  @Test
  void centersOfCenterLossAreNoGradients() {
    MultiLayerNetwork network = Networks.init(centerLoss());
    MultiLayerNetwork stock = Networks.init(centerLoss());
    network.addListeners(listener(1e-4));

    network.fit(Networks.batch(7, 1));
    stock.fit(Networks.batch(7, 1));

    assertThat(names()).containsExactlyInAnyOrder("0_W", "0_b", "1_W", "1_b");
    assertThat(Snapshot.bits(network.getParam("1_cL")))
        .isEqualTo(Snapshot.bits(stock.getParam("1_cL")));
    assertThat(Snapshot.bits(network.getParam("1_W")))
        .isNotEqualTo(Snapshot.bits(stock.getParam("1_W")));
  }

  @Test
  void centersAreNoGradientsWhereTheLayerHasNoUpdater() {
    MultiLayerConfiguration conf = centerLoss();
    ((CenterLossOutputLayer) conf.getConf(1).getLayer()).setIUpdater(new NoOp());
    MultiLayerNetwork network = Networks.init(conf);
    network.addListeners(listener(1e-4));

    network.fit(Networks.batch(7, 1));

    assertThat(names()).containsExactlyInAnyOrder("0_W", "0_b", "1_W", "1_b");
  }

  @Test
  void biasesWithoutUpdaterAreGradients() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)).biasUpdater(new NoOp()));
    network.addListeners(listener(1e-4));

    network.fit(Networks.batch(7, 1));

    assertThat(names()).contains("0_b", "2_b");
  }

  @Test
  void frozenLayersTakeNoPart() {
    MultiLayerNetwork base = Networks.dense(Networks.conf(new Adam(1e-2)));
    MultiLayerNetwork network = new TransferLearning.Builder(base).setFeatureExtractor(1).build();
    network.addListeners(listener(1e-4));

    network.fit(Networks.batch(7, 1));

    assertThat(names()).containsExactlyInAnyOrder("2_W", "2_b");
    assertThat(Snapshot.bits(network.getParam("0_W")))
        .isEqualTo(Snapshot.bits(base.getParam("0_W")));
  }

  @Test
  void frozenVerticesTakeNoPart() {
    ComputationGraph base = Networks.graph(Networks.conf(new Adam(1e-2)));
    ComputationGraph network =
        new TransferLearning.GraphBuilder(base).setFeatureExtractor("merge").build();
    network.addListeners(listener(1e-4));

    network.fit(Networks.batch(7, 1));

    assertThat(names()).containsExactlyInAnyOrder("norm_gamma", "norm_beta", "out_W", "out_b");
  }

  @Test
  void layersFrozenWithBackpropTakeNoPart() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .list()
                .layer(new FrozenLayerWithBackprop(new DenseLayer.Builder().nOut(5).build()))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
                .setInputType(InputType.feedForward(4))
                .build());
    network.addListeners(listener(1e-4));

    network.fit(Networks.batch(7, 1));

    assertThat(names()).containsExactlyInAnyOrder("1_W", "1_b");
  }

  /** DL4J lists the weights of some convolutions first, and keeps their bias before them. */
  @Test
  void normsAreOfTheParametersThatTheyAreNamedAfter() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(1))
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new ConvolutionLayer.Builder(2, 2).nOut(3).build())
                .layer(new DepthwiseConvolution2D.Builder(2, 2).depthMultiplier(2).build())
                .layer(new SeparableConvolution2D.Builder(2, 2).depthMultiplier(2).nOut(4).build())
                .layer(new Deconvolution2D.Builder(2, 2).nOut(3).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
                .setInputType(InputType.convolutional(6, 6, 2))
                .build());
    network.addListeners(listener(1e9));
    Map<String, INDArray> before = new HashMap<>();
    network.paramTable().forEach((name, array) -> before.put(name, array.dup()));

    network.fit(
        Nd4j.rand(DataType.DOUBLE, 5, 2, 6, 6), Networks.batch(DataType.DOUBLE, 5, 1).getLabels());

    Map<String, Double> norms = seen.last().parameterNorms();
    assertThat(norms).containsOnlyKeys(before.keySet());
    network
        .paramTable()
        .forEach(
            (name, array) ->
                assertThat(norms.get(name))
                    .as(name)
                    .isCloseTo(
                        before.get(name).sub(array).norm2Number().doubleValue(), within(1e-9)));
  }

  @Test
  void pretrainParametersTakeNoPart() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Adam(1e-2))
                .list()
                .layer(
                    new VariationalAutoencoder.Builder()
                        .nOut(2)
                        .encoderLayerSizes(5)
                        .decoderLayerSizes(6)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
                .setInputType(InputType.feedForward(4))
                .build());
    network.addListeners(listener(1e-4));

    network.fit(Networks.batch(7, 1));

    assertThat(names())
        .containsExactlyInAnyOrder("0_e0W", "0_e0b", "0_pZXMeanW", "0_pZXMeanb", "1_W", "1_b");
  }

  @Test
  void wrappedAndBidirectionalLayersTakePart() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .list()
                .layer(new Bidirectional(new LSTM.Builder().nOut(3).build()))
                .layer(new LastTimeStep(new LSTM.Builder().nOut(3).build()))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(2).build())
                .setInputType(InputType.recurrent(3))
                .build());
    network.addListeners(listener(1e-4));

    network.fit(
        new DataSet(
            Nd4j.rand(5, 3, 4),
            Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}, {0, 1}, {1, 0}})));

    assertThat(names())
        .containsExactlyInAnyOrder(
            "0_fW", "0_fRW", "0_fb", "0_bW", "0_bRW", "0_bb", "1_W", "1_RW", "1_b", "2_W", "2_b");
    assertThat(seen.last().clippedNorm()).isCloseTo(1e-4, within(1e-9));
  }

  private static MultiLayerConfiguration centerLoss() {
    return Networks.conf(new Adam(1e-2))
        .list()
        .layer(new DenseLayer.Builder().nOut(5).build())
        .layer(
            new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(3)
                .alpha(0.1)
                .activation(Activation.SOFTMAX)
                .build())
        .setInputType(InputType.feedForward(4))
        .build();
  }

  private GradientClippingListener listener(double maxNorm) {
    return new GradientClippingListener(GradientClipping.byGlobalNorm(maxNorm)).observe(seen);
  }

  private Set<String> names() {
    return seen.last().parameterNorms().keySet();
  }
}
