package io.github.dl4jclipping.benchmarks.training;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Lists the networks that are trained. */
public enum Network {
  /** Used to measure memory, not times. */
  SMALL("small", 1e-3, Network::small, batch -> rows(batch, 4, 3)),
  MLP("MLP, 1.1 M parameters", 0.03, Network::mlp, batch -> rows(batch, 784, 10)),
  LSTM("LSTM, 30 time steps", 0.35, Network::lstm, batch -> sequences(batch, 64, 30)),
  CNN("CNN with BatchNormalization", 0.1, Network::cnn, batch -> rows(batch, 28 * 28, 10)),
  DEEP("300 layers of 8", 0.85, Network::deep, batch -> rows(batch, 8, 8)),
  GRAPH("ComputationGraph, 25 M parameters", 0.3, Network::graph, batch -> rows(batch, 1024, 1000));

  /** A learning rate so small that values stay moderate in every variant. */
  private static final double LEARNING_RATE = 1e-7;

  private final String title;
  private final double seconds;
  private final Function<NeuralNetConfiguration.Builder, NeuralNetwork> builder;
  private final IntFunction<DataSet> data;

  Network(
      String title,
      double seconds,
      Function<NeuralNetConfiguration.Builder, NeuralNetwork> builder,
      IntFunction<DataSet> data) {
    this.title = title;
    this.seconds = seconds;
    this.builder = builder;
    this.data = data;
  }

  /** Returns the networks whose steps are timed. */
  public static Set<Network> timed() {
    return EnumSet.complementOf(EnumSet.of(SMALL));
  }

  /** Returns the name in tables. */
  public String title() {
    return title;
  }

  /** Returns the approximate time of a step on two cores, to estimate the time of a run. */
  public double seconds() {
    return seconds;
  }

  /** Builds the network; apart from the variant, each call builds the same. */
  NeuralNetwork build(Variant variant) {
    NeuralNetConfiguration.Builder configuration =
        new NeuralNetConfiguration.Builder()
            .seed(42)
            .dataType(DataType.FLOAT)
            .activation(Activation.TANH)
            .updater(new Adam(LEARNING_RATE));
    variant.configure(configuration);
    NeuralNetwork network = builder.apply(configuration);
    network.init();
    if (network instanceof MultiLayerNetwork layers) {
      layers.addListeners(variant.listeners());
    } else {
      ((ComputationGraph) network).addListeners(variant.listeners());
    }
    return network;
  }

  /** Draws a batch, which is the same at each call. */
  DataSet batch(int examples) {
    Nd4j.getRandom().setSeed(42);
    return data.apply(examples);
  }

  private static NeuralNetwork small(NeuralNetConfiguration.Builder configuration) {
    return new MultiLayerNetwork(
        configuration
            .list()
            .layer(new DenseLayer.Builder().nOut(8).build())
            .layer(new BatchNormalization())
            .layer(output(3))
            .setInputType(InputType.feedForward(4))
            .build());
  }

  private static NeuralNetwork mlp(NeuralNetConfiguration.Builder configuration) {
    return new MultiLayerNetwork(
        configuration
            .list()
            .layer(new DenseLayer.Builder().nOut(1000).build())
            .layer(new DenseLayer.Builder().nOut(300).build())
            .layer(output(10))
            .setInputType(InputType.feedForward(784))
            .build());
  }

  private static NeuralNetwork lstm(NeuralNetConfiguration.Builder configuration) {
    return new MultiLayerNetwork(
        configuration
            .list()
            .layer(new LSTM.Builder().nOut(256).build())
            .layer(new RnnOutputLayer.Builder().nOut(64).activation(Activation.SOFTMAX).build())
            .setInputType(InputType.recurrent(64))
            .build());
  }

  private static NeuralNetwork cnn(NeuralNetConfiguration.Builder configuration) {
    return new MultiLayerNetwork(
        configuration
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(16).build())
            .layer(new BatchNormalization())
            .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(32).build())
            .layer(new BatchNormalization())
            .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
            .layer(new DenseLayer.Builder().nOut(64).build())
            .layer(output(10))
            .setInputType(InputType.convolutionalFlat(28, 28, 1))
            .build());
  }

  private static NeuralNetwork deep(NeuralNetConfiguration.Builder configuration) {
    NeuralNetConfiguration.ListBuilder layers = configuration.list();
    for (int i = 0; i < 299; i++) {
      layers.layer(new DenseLayer.Builder().nOut(8).build());
    }
    MultiLayerConfiguration deep =
        layers.layer(output(8)).setInputType(InputType.feedForward(8)).build();
    return new MultiLayerNetwork(deep);
  }

  private static NeuralNetwork graph(NeuralNetConfiguration.Builder configuration) {
    ComputationGraphConfiguration graph =
        configuration
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.feedForward(1024))
            .addLayer("wide", new DenseLayer.Builder().nOut(4096).build(), "in")
            .addLayer("square", new DenseLayer.Builder().nOut(4096).build(), "wide")
            .addVertex(
                "residual", new ElementWiseVertex(ElementWiseVertex.Op.Add), "wide", "square")
            .addLayer("out", output(1000), "residual")
            .setOutputs("out")
            .build();
    return new ComputationGraph(graph);
  }

  private static OutputLayer output(int classes) {
    return new OutputLayer.Builder().nOut(classes).activation(Activation.SOFTMAX).build();
  }

  private static DataSet rows(int examples, int features, int classes) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, examples, classes);
    for (int i = 0; i < examples; i++) {
      labels.putScalar(i, i % classes, 1);
    }
    return new DataSet(Nd4j.randn(DataType.FLOAT, examples, features), labels);
  }

  private static DataSet sequences(int examples, int symbols, int steps) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, examples, symbols, steps);
    for (int i = 0; i < examples; i++) {
      for (int step = 0; step < steps; step++) {
        labels.putScalar(i, (i + step) % symbols, step, 1);
      }
    }
    return new DataSet(Nd4j.randn(DataType.FLOAT, examples, symbols, steps), labels);
  }
}
