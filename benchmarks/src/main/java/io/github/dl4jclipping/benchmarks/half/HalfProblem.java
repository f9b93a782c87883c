package io.github.dl4jclipping.benchmarks.half;

import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * Lists dense networks that sort 8 normal numbers into four classes: by whether the product of the
 * first two is above 0, and by whether the third is above 0.
 */
public enum HalfProblem {
  /** Each layer makes the gradient about four times smaller. */
  DEEP("10 layers of sigmoid, Adam", 10, Activation.SIGMOID, new Adam(0.002), 1),

  /**
   * The loss has a small weight, as one of several losses may have. HALF can hold the weight, and
   * the learning rate is below HALF's largest number, 65504.
   */
  SMALL_LOSS(
      "6 layers of tanh, SGD, loss x 2^-20", 6, Activation.TANH, new Sgd(0.06 * 0x1p20), 0x1p-20),

  /** The same network without a small weight. */
  PLAIN("6 layers of tanh, SGD", 6, Activation.TANH, new Sgd(0.06), 1);

  static final int BATCH = 32;

  private static final long SEED = 3;
  private static final int INPUTS = 8;
  private static final int WIDTH = 32;
  private static final int CLASSES = 4;
  private static final double MAX_NORM = 1;

  private final String title;
  private final int layers;
  private final Activation activation;
  private final IUpdater updater;
  private final double lossWeight;

  HalfProblem(
      String title, int layers, Activation activation, IUpdater updater, double lossWeight) {
    this.title = title;
    this.layers = layers;
    this.activation = activation;
    this.updater = updater;
    this.lossWeight = lossWeight;
  }

  /** Returns the name in tables. */
  public String title() {
    return title;
  }

  /** Returns the factor on the loss, and so on gradient, norm and score. */
  double lossWeight() {
    return lossWeight;
  }

  /** Returns the bound on the norm. */
  double maxNorm() {
    return MAX_NORM * lossWeight;
  }

  MultiLayerNetwork network(DataType type) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(SEED)
            .dataType(type)
            .updater(updater)
            .activation(activation)
            .list();
    for (int i = 0; i < layers; i++) {
      list.layer(new DenseLayer.Builder().nIn(i == 0 ? INPUTS : WIDTH).nOut(WIDTH).build());
    }
    INDArray weights = Nd4j.valueArrayOf(new long[] {CLASSES}, lossWeight, DataType.FLOAT);
    list.layer(
        new OutputLayer.Builder(lossWeight == 1 ? new LossMCXENT() : new LossMCXENT(weights))
            .activation(Activation.SOFTMAX)
            .nIn(WIDTH)
            .nOut(CLASSES)
            .build());
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  /** Draws a batch. */
  DataSet batch(Random random) {
    float[][] features = new float[BATCH][INPUTS];
    float[][] labels = new float[BATCH][CLASSES];
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < INPUTS; j++) {
        features[i][j] = (float) random.nextGaussian();
      }
      int product = features[i][0] * features[i][1] > 0 ? 1 : 0;
      labels[i][product + (features[i][2] > 0 ? 2 : 0)] = 1;
    }
    return new DataSet(Nd4j.createFromArray(features), Nd4j.createFromArray(labels));
  }
}
