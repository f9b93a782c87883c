package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.rule.ClipRule;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class ReplayTest {

  @TempDir private Path evidence;

  /** A constant scale that is too large for one batch. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void overflowUnderAConstantScaleOverflowsAgain(boolean masterWeights) throws Exception {
    MultiLayerNetwork network = half();
    network.addListeners(
        new GradientClippingListener(
                GradientClipping.builder()
                    .rule(ClipRule.autoClip())
                    .nonFinite(NonFinitePolicy.SKIP)
                    .lossScaling(LossScaling.constant(0x1p14).withMasterWeights(masterWeights))
                    .build())
            .captureTo(evidence));
    INDArray labels = Nd4j.eye(3).castTo(DataType.FLOAT16);
    INDArray features = Nd4j.ones(DataType.FLOAT16, 3, 4);
    network.fit(features, labels);
    network.fit(features, labels.mul(100));

    assertThat(Replay.replay(evidence.resolve("incident-1")))
        .contains("Inf")
        .doesNotContain("This time the gradient is finite");
  }

  private static MultiLayerNetwork half() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.FLOAT16)
                .updater(new Adam(0.01))
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(8).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(8)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }
}
