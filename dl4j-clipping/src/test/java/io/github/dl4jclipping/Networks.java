package io.github.dl4jclipping;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks and batches for tests: always the same for the same arguments. */
public final class Networks {

  private Networks() {}

  /** Starts a configuration with a fixed seed. */
  public static NeuralNetConfiguration.Builder conf(IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(12345)
        .dataType(DataType.FLOAT)
        .activation(Activation.TANH)
        .updater(updater);
  }

  /** A dense layer, BatchNormalization and a softmax output over 4 inputs and 3 classes. */
  public static MultiLayerConfiguration denseConf(NeuralNetConfiguration.Builder conf) {
    return conf.list()
        .layer(new DenseLayer.Builder().nOut(8).build())
        .layer(new BatchNormalization())
        .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
        .setInputType(InputType.feedForward(4))
        .build();
  }

  /** The network of {@link #denseConf}, initialised. */
  public static MultiLayerNetwork dense(NeuralNetConfiguration.Builder conf) {
    return init(denseConf(conf));
  }

  /** A graph with a merge and a residual connection over 4 inputs and 3 classes. */
  public static ComputationGraphConfiguration graphConf(NeuralNetConfiguration.Builder conf) {
    return conf.graphBuilder()
        .addInputs("in")
        .setInputTypes(InputType.feedForward(4))
        .addLayer("a", new DenseLayer.Builder().nOut(6).build(), "in")
        .addLayer("b", new DenseLayer.Builder().nOut(6).build(), "a")
        .addVertex("residual", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
        .addVertex("merge", new MergeVertex(), "residual", "in")
        .addLayer("norm", new BatchNormalization(), "merge")
        .addLayer("out", new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build(), "norm")
        .setOutputs("out")
        .build();
  }

  /** The network of {@link #graphConf}, initialised. */
  public static ComputationGraph graph(NeuralNetConfiguration.Builder conf) {
    return init(graphConf(conf));
  }

  /** A dense layer and a softmax output over 4 inputs and 3 classes. */
  public static MultiLayerConfiguration plainConf(NeuralNetConfiguration.Builder conf) {
    return conf.list()
        .layer(new DenseLayer.Builder().nIn(4).nOut(5).build())
        .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(5).nOut(3).build())
        .build();
  }

  /** The same as a graph. */
  public static ComputationGraphConfiguration plainGraphConf(NeuralNetConfiguration.Builder conf) {
    return conf.graphBuilder()
        .addInputs("in")
        .addLayer("dense", new DenseLayer.Builder().nIn(4).nOut(5).build(), "in")
        .addLayer(
            "out", new OutputLayer.Builder(LossFunction.MCXENT).nIn(5).nOut(3).build(), "dense")
        .setOutputs("out")
        .build();
  }

  /** Layers of any kind in DOUBLE, with a penalty, trained by plain SGD; copies of these. */
  public static MultiLayerConfiguration layers(InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        conf(new Sgd(0.3)).dataType(DataType.DOUBLE).l2(1e-3).list();
    for (Layer layer : layers) {
      list.layer(layer.clone());
    }
    return list.setInputType(input).build();
  }

  public static MultiLayerNetwork init(MultiLayerConfiguration conf) {
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    return network;
  }

  public static ComputationGraph init(ComputationGraphConfiguration conf) {
    ComputationGraph network = new ComputationGraph(conf);
    network.init();
    return network;
  }

  /** A batch for 4 inputs and 3 classes. */
  public static DataSet batch(int examples, long seed) {
    return batch(DataType.FLOAT, examples, seed);
  }

  /** A batch of a type for 4 inputs and 3 classes. */
  public static DataSet batch(DataType type, int examples, long seed) {
    java.util.Random random = new java.util.Random(seed);
    double[][] features = new double[examples][4];
    double[][] labels = new double[examples][3];
    for (int i = 0; i < examples; i++) {
      for (int j = 0; j < 4; j++) {
        features[i][j] = random.nextGaussian();
      }
      labels[i][random.nextInt(3)] = 1;
    }
    return new DataSet(
        Nd4j.createFromArray(features).castTo(type), Nd4j.createFromArray(labels).castTo(type));
  }

  /** A batch whose features hold a NaN. */
  public static DataSet nanBatch(int examples, long seed) {
    DataSet batch = batch(examples, seed);
    batch.getFeatures().putScalar(0, 0, Double.NaN);
    return batch;
  }

  /** Returns the sum of squares in double, root taken: the norm that others must agree with. */
  public static double exactNorm(INDArray array) {
    double sum = 0;
    for (double x : array.dup('c').data().asDouble()) {
      sum += x * x;
    }
    return Math.sqrt(sum);
  }
}
