package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.Networks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.recurrent.BidirectionalLayer;
import org.deeplearning4j.nn.layers.recurrent.LSTM;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What lies in DL4J's flat gradient, as docs/dl4j-notes.md states it. */
class PseudoGradientsTest {

  private static final double RATE = 0.1;

  @Test
  void batchNormalizationsStatisticsAreUpdatesThatNobodyDivides() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(RATE)));
    Layer normalization = network.getLayer(1);
    for (String statistic : List.of("mean", "var")) {
      assertThat(normalization.updaterDivideByMinibatch(statistic)).isFalse();
      assertThat(normalization.getConfig().getUpdaterByParam(statistic)).isEqualTo(new NoOp());
    }
    assertThat(normalization.updaterDivideByMinibatch("gamma")).isTrue();

    INDArray before = network.params().dup();
    INDArray computed = gradientOfOneStep(network);

    // 40 parameters of the dense layer, then gamma, beta, mean and var of 8 each.
    INDArray change = before.sub(network.params());
    assertThat(part(change, 56, 72)).isEqualTo(part(computed, 56, 72));
    assertThat(part(change, 40, 56).toDoubleVector())
        .containsExactly(part(computed, 40, 56).mul(RATE / 7).toDoubleVector(), within(1e-7));
  }

  private static INDArray gradientOfOneStep(MultiLayerNetwork network) {
    List<INDArray> computed = new ArrayList<>();
    network.addListeners(
        new Calls(
            (name, model) -> {
              if (name.equals("onGradientCalculation")) {
                computed.add(model.gradient().gradient().dup());
              }
            }));
    network.fit(Networks.batch(7, 1));
    return computed.get(0);
  }

  private static INDArray part(INDArray flat, long from, long to) {
    return flat.get(NDArrayIndex.interval(from, to));
  }

  @Test
  void centersOfCenterLossAreUpdatesThatAreDivided() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(RATE))
                .list()
                .layer(
                    new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(4)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    Layer output = network.getLayer(0);
    assertThat(output.updaterDivideByMinibatch("cL")).isTrue();
    assertThat(output.getConfig().getUpdaterByParam("cL")).isEqualTo(new NoOp());
    assertThat(output.getConfig().getUpdaterByParam("W")).isEqualTo(new Sgd(RATE));

    INDArray before = network.getParam("0_cL").dup();
    INDArray computed = gradientOfOneStep(network);

    INDArray change = before.sub(network.getParam("0_cL"));
    INDArray centers = part(computed, 15, 27);
    assertThat(change.norm2Number().doubleValue())
        .isPositive()
        .isCloseTo(centers.norm2Number().doubleValue() / 7, within(1e-6));
  }

  @Test
  void frozenLayersHaveNoGradientAndNoUpdater() {
    MultiLayerNetwork base = Networks.init(Networks.plainConf(Networks.conf(new Sgd(RATE))));
    MultiLayerNetwork network = new TransferLearning.Builder(base).setFeatureExtractor(0).build();
    assertThat(network.getLayer(0)).isInstanceOf(FrozenLayer.class);
    assertThat(network.getLayer(0).getConfig().getUpdaterByParam("W")).isEqualTo(new NoOp());

    INDArray computed = gradientOfOneStep(network);

    assertThat(part(computed, 0, 25).amaxNumber().doubleValue()).isZero();
    assertThat(part(computed, 25, 43).amaxNumber().doubleValue()).isPositive();
  }

  @Test
  void aLayerFrozenWithBackpropStillHasItsUpdater() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Adam(RATE))
                .list()
                .layer(new FrozenLayerWithBackprop(new DenseLayer.Builder().nOut(5).build()))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
                .setInputType(InputType.feedForward(4))
                .build());
    assertThat(network.getLayer(0).getConfig().getUpdaterByParam("W")).isEqualTo(new Adam(RATE));

    INDArray computed = gradientOfOneStep(network);

    assertThat(part(computed, 0, 25).amaxNumber().doubleValue()).isZero();
    assertThat(network.getUpdater().getStateViewArray().length()).isEqualTo(2 * 43);
  }

  @Test
  void pretrainParametersHaveNoGradientInFit() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(RATE))
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
    Trainable autoencoder = network.getLayer(0);
    assertThat(autoencoder.getConfig().isPretrainParam("d0W")).isTrue();
    assertThat(autoencoder.getConfig().isPretrainParam("e0W")).isFalse();

    gradientOfOneStep(network);

    assertThat(network.gradient().gradientForVariable()).containsKey("0_e0W");
    assertThat(network.gradient().gradientForVariable()).doesNotContainKey("0_d0W");
  }

  /** So that BidirectionalLayer's answer is no use: the inner layer knows no such name. */
  @Test
  void aBidirectionalLayerAsksItsInnerLayerByThePrefixedName() {
    List<String> asked = new ArrayList<>();
    LSTM inner =
        new LSTM(Networks.conf(new Sgd(RATE)).layer(lstm()).build(), DataType.FLOAT) {
          @Override
          public boolean updaterDivideByMinibatch(String name) {
            asked.add(name);
            return super.updaterDivideByMinibatch(name);
          }
        };
    NeuralNetConfiguration conf =
        Networks.conf(new Sgd(RATE)).layer(new Bidirectional(lstm())).build();
    BidirectionalLayer both = new BidirectionalLayer(conf, inner, inner, Nd4j.zeros(96));

    both.updaterDivideByMinibatch("fW");
    both.updaterDivideByMinibatch("bRW");

    assertThat(asked).containsExactly("fW", "bRW");
  }

  private static org.deeplearning4j.nn.conf.layers.LSTM lstm() {
    return new org.deeplearning4j.nn.conf.layers.LSTM.Builder().nIn(3).nOut(2).build();
  }

  @Test
  void someConvolutionsListTheirWeightsFirstAndKeepTheirBiasBeforeThem() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(RATE))
                .list()
                .layer(new DepthwiseConvolution2D.Builder(2, 2).depthMultiplier(2).build())
                .layer(new SeparableConvolution2D.Builder(2, 2).depthMultiplier(2).nOut(4).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
                .setInputType(InputType.convolutional(6, 6, 2))
                .build());
    for (int i = 0; i < 2; i++) {
      Map<String, INDArray> table = network.getLayer(i).paramTable(false);
      assertThat(table.keySet().iterator().next()).startsWith("W");
      INDArray first = table.values().iterator().next();
      assertThat(first.offset()).isGreaterThan(table.get("b").offset());
    }
  }
}
