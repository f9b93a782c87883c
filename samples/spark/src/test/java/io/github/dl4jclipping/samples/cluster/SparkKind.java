package io.github.dl4jclipping.samples.cluster;

import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The two kinds of network that DL4J trains on Spark. */
enum SparkKind {
  MULTI_LAYER {
    @Override
    void fitHere(Model network, DataSet batch) {
      ((MultiLayerNetwork) network).fit(batch);
    }

    @Override
    Model network(NeuralNetConfiguration.Builder conf) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(conf.list().layer(dense()).layer(output()).build());
      network.init();
      return network;
    }

    @Override
    void fit(
        JavaSparkContext context,
        TrainingMaster<?, ?> master,
        Model network,
        List<DataSet> batches,
        TrainingListener... listeners) {
      SparkDl4jMultiLayer spark =
          new SparkDl4jMultiLayer(context, (MultiLayerNetwork) network, master);
      spark.setListeners(listeners);
      spark.fit(context.parallelize(batches, 2));
    }
  },

  GRAPH {
    @Override
    void fitHere(Model network, DataSet batch) {
      ((ComputationGraph) network).fit(batch);
    }

    @Override
    Model network(NeuralNetConfiguration.Builder conf) {
      ComputationGraph network =
          new ComputationGraph(
              conf.graphBuilder()
                  .addInputs("in")
                  .addLayer("dense", dense(), "in")
                  .addLayer("out", output(), "dense")
                  .setOutputs("out")
                  .build());
      network.init();
      return network;
    }

    @Override
    void fit(
        JavaSparkContext context,
        TrainingMaster<?, ?> master,
        Model network,
        List<DataSet> batches,
        TrainingListener... listeners) {
      SparkComputationGraph spark =
          new SparkComputationGraph(context, (ComputationGraph) network, master);
      spark.setListeners(listeners);
      spark.fit(context.parallelize(batches, 2));
    }
  };

  static final int EXAMPLES = 6;

  private static final int INPUTS = 4;
  private static final int CLASSES = 3;

  abstract Model network(NeuralNetConfiguration.Builder conf);

  /** Returns a network, the same for the same updater. */
  Model network(IUpdater updater) {
    return network(builder(updater));
  }

  /** Returns the same in HALF. */
  Model half(IUpdater updater) {
    return network(builder(updater).dataType(DataType.FLOAT16));
  }

  /** Trains a network without Spark. */
  abstract void fitHere(Model network, DataSet batch);

  /** Trains a network on Spark for one pass over the batches, which lie in two partitions. */
  abstract void fit(
      JavaSparkContext context,
      TrainingMaster<?, ?> master,
      Model network,
      List<DataSet> batches,
      TrainingListener... listeners);

  /** Returns a batch, the same for the same seed; not 0, which ND4J takes for any. */
  static DataSet batch(int seed) {
    Nd4j.getRandom().setSeed(seed);
    DataSet batch = new DataSet(Nd4j.randn(EXAMPLES, INPUTS), Nd4j.zeros(EXAMPLES, CLASSES));
    for (int i = 0; i < EXAMPLES; i++) {
      batch.getLabels().putScalar(i, (i + seed) % CLASSES, 1);
    }
    return batch;
  }

  private static NeuralNetConfiguration.Builder builder(IUpdater updater) {
    return new NeuralNetConfiguration.Builder().seed(7).updater(updater);
  }

  private static DenseLayer dense() {
    return new DenseLayer.Builder().nIn(INPUTS).nOut(5).activation(Activation.TANH).build();
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nIn(5)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }
}
