package io.github.dl4jclipping.benchmarks.rules;

import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Lists two published problems on which recurrent networks diverge. */
public enum Problem {

  /**
   * Two positions of a sequence, each within a tenth of its length, have one of two symbols each,
   * among distractors. The task is to tell their order. From Pascanu, Mikolov and Bengio, 2013,
   * after Hochreiter and Schmidhuber, 1997. Solved when fewer than 1 % of the tests are wrong.
   */
  TEMPORAL_ORDER("temporal order", 6, 4) {
    @Override
    void fill(float[][] features, float[] labels, Random random) {
      int length = features[0].length;
      int first = length / 10 + random.nextInt(Math.max(1, length / 10));
      int second = 4 * length / 10 + random.nextInt(Math.max(1, length / 10));
      for (int t = 0; t < length; t++) {
        if (t != first && t != second) {
          features[2 + random.nextInt(4)][t] = 1;
        }
      }
      int one = random.nextInt(2);
      int other = random.nextInt(2);
      features[one][first] = 1;
      features[other][second] = 1;
      labels[2 * one + other] = 1;
    }

    @Override
    double error(INDArray output, INDArray labels) {
      INDArray right = output.argMax(1).eq(labels.argMax(1)).castTo(DataType.DOUBLE);
      return 1 - right.meanNumber().doubleValue();
    }
  },

  /**
   * The task is to add two marked numbers of a sequence, one in each half. From Hochreiter and
   * Schmidhuber, 1997. Solved when the mean squared error is below 0.01; the variance is 0.17.
   */
  ADDING("adding", 2, 1) {
    @Override
    void fill(float[][] features, float[] labels, Random random) {
      int length = features[0].length;
      for (int t = 0; t < length; t++) {
        features[0][t] = random.nextFloat();
      }
      int first = random.nextInt(length / 2);
      int second = length / 2 + random.nextInt(length - length / 2);
      features[1][first] = 1;
      features[1][second] = 1;
      labels[0] = features[0][first] + features[0][second];
    }

    @Override
    double error(INDArray output, INDArray labels) {
      INDArray difference = output.sub(labels);
      return difference.mul(difference).meanNumber().doubleValue();
    }
  };

  /** The error below which a problem counts as solved. */
  static final double SOLVED = 0.01;

  private static final int HIDDEN = 50;

  /** A learning rate at which networks without clipping diverge. */
  private static final double LEARNING_RATE = 0.1;

  /** A spectral radius above 1, so that gradients grow in the backward pass. */
  private static final double SPECTRAL_RADIUS = 1.2;

  private final String title;
  private final int inputs;
  private final int outputs;

  Problem(String title, int inputs, int outputs) {
    this.title = title;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** Returns the name in tables. */
  public String title() {
    return title;
  }

  /** Draws one sequence. */
  abstract void fill(float[][] features, float[] labels, Random random);

  /** Returns the error that decides whether the problem is solved. */
  abstract double error(INDArray output, INDArray labels);

  DataSet batch(int examples, int length, Random random) {
    float[][][] features = new float[examples][inputs][length];
    float[][] labels = new float[examples][outputs];
    for (int i = 0; i < examples; i++) {
      fill(features[i], labels[i], random);
    }
    return new DataSet(Nd4j.createFromArray(features), Nd4j.createFromArray(labels));
  }

  /** Builds a network of 50 tanh units, trained by plain SGD. */
  MultiLayerNetwork network(long seed) {
    BaseLayer.Builder<?> output =
        new OutputLayer.Builder(this == ADDING ? LossFunction.MSE : LossFunction.MCXENT)
            .nIn(HIDDEN)
            .nOut(outputs)
            .activation(this == ADDING ? Activation.IDENTITY : Activation.SOFTMAX)
            .weightInit(new NormalDistribution(0, 0.1));
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Sgd(LEARNING_RATE))
                .list()
                .layer(
                    new LastTimeStep(
                        new SimpleRnn.Builder()
                            .nIn(inputs)
                            .nOut(HIDDEN)
                            .activation(Activation.TANH)
                            .weightInit(new NormalDistribution(0, 0.1))
                            .weightInitRecurrent(
                                new NormalDistribution(0, SPECTRAL_RADIUS / Math.sqrt(HIDDEN)))
                            .build()))
                .layer(output.build())
                .build());
    network.init();
    return network;
  }
}
