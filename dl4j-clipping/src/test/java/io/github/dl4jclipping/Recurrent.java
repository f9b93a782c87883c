package io.github.dl4jclipping;

import java.util.Random;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small recurrent networks under truncated BPTT, and sequences for them. */
public final class Recurrent {

  /** Time steps in a segment of truncated BPTT. */
  public static final int SEGMENT = 4;

  private Recurrent() {}

  /** An LSTM, a SimpleRnn and an output at each time step over 3 inputs and 2 classes. */
  public static MultiLayerConfiguration layers(NeuralNetConfiguration.Builder conf) {
    return conf.list()
        .layer(new LSTM.Builder().nOut(5).build())
        .layer(new SimpleRnn.Builder().nOut(4).build())
        .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(2).build())
        .setInputType(InputType.recurrent(3))
        .backpropType(BackpropType.TruncatedBPTT)
        .tBPTTLength(SEGMENT)
        .build();
  }

  /** The same as a graph. */
  public static ComputationGraphConfiguration graph(NeuralNetConfiguration.Builder conf) {
    return conf.graphBuilder()
        .addInputs("in")
        .setInputTypes(InputType.recurrent(3))
        .addLayer("lstm", new LSTM.Builder().nOut(5).build(), "in")
        .addLayer("rnn", new SimpleRnn.Builder().nOut(4).build(), "lstm")
        .addLayer("out", new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(2).build(), "rnn")
        .setOutputs("out")
        .backpropType(BackpropType.TruncatedBPTT)
        .tBPTTLength(SEGMENT)
        .build();
  }

  /** A recurrent layer inside a wrapper. */
  public static MultiLayerConfiguration wrappedLayers(NeuralNetConfiguration.Builder conf) {
    return conf.list()
        .layer(new MaskZeroLayer(new LSTM.Builder().nIn(3).nOut(5).build(), -1))
        .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT).nIn(5).nOut(2).build())
        .setInputType(InputType.recurrent(3))
        .backpropType(BackpropType.TruncatedBPTT)
        .tBPTTLength(SEGMENT)
        .build();
  }

  /** The same as a graph. */
  public static ComputationGraphConfiguration wrappedGraph(NeuralNetConfiguration.Builder conf) {
    return conf.graphBuilder()
        .addInputs("in")
        .setInputTypes(InputType.recurrent(3))
        .addLayer("lstm", new MaskZeroLayer(new LSTM.Builder().nIn(3).nOut(5).build(), -1), "in")
        .addLayer(
            "out", new RnnOutputLayer.Builder(LossFunction.MCXENT).nIn(5).nOut(2).build(), "lstm")
        .setOutputs("out")
        .backpropType(BackpropType.TruncatedBPTT)
        .tBPTTLength(SEGMENT)
        .build();
  }

  /** Sequences of some segments. */
  public static DataSet batch(int examples, int segments, long seed) {
    Random random = new Random(seed);
    int steps = segments * SEGMENT;
    INDArray features = Nd4j.zeros(examples, 3, steps);
    INDArray labels = Nd4j.zeros(examples, 2, steps);
    for (int example = 0; example < examples; example++) {
      for (int step = 0; step < steps; step++) {
        for (int column = 0; column < 3; column++) {
          features.putScalar(example, column, step, random.nextGaussian());
        }
        labels.putScalar(example, random.nextInt(2), step, 1);
      }
    }
    return new DataSet(features, labels);
  }

  /** The same sequences with a NaN in one segment. */
  public static DataSet nanIn(int segment, int examples, int segments, long seed) {
    DataSet batch = batch(examples, segments, seed);
    batch.getFeatures().putScalar(0, 1, segment * SEGMENT + 1, Double.NaN);
    return batch;
  }
}
