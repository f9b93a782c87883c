package io.github.dl4jclipping.samples;

import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Builds the network: two recurrent layers, with an activation and a learning rate that blow up
 * when nothing holds the gradient.
 */
final class CharacterNetwork {

  /** Bounds the gradient's norm: each layer's in DL4J's own clipping, the whole one's in ours. */
  static final int MAX_NORM = 40;

  static final double LEARNING_RATE = 0.02;

  /** Characters between two steps: DL4J sums score and gradient over them. */
  static final int STEP_LENGTH = 50;

  private static final int HIDDEN = 96;

  private CharacterNetwork() {}

  /**
   * Builds a network, the same for the same arguments.
   *
   * @param perLayer DL4J's own clipping
   */
  static MultiLayerNetwork build(int alphabetSize, GradientNormalization perLayer, long seed) {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new Sgd(LEARNING_RATE))
            .activation(Activation.RELU)
            .gradientNormalization(perLayer)
            .gradientNormalizationThreshold(MAX_NORM)
            .list()
            .layer(new SimpleRnn.Builder().nOut(HIDDEN).build())
            .layer(new SimpleRnn.Builder().nOut(HIDDEN).build())
            .layer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(alphabetSize)
                    .build())
            .setInputType(InputType.recurrent(alphabetSize))
            .backpropType(BackpropType.TruncatedBPTT)
            .tBPTTLength(STEP_LENGTH)
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }
}
