package io.github.dl4jclipping.random;

import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Batches that fit a network.
 *
 * @param network whose they are
 * @param labels the shape of some labels
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Batches(RandomNetwork network, long[] labels) {

  /** Asks the network itself what comes out of it. */
  static Batches of(RandomNetwork network, Model stock) {
    INDArray features = network.input().features(network.training().type(), 2, new Random(1));
    return new Batches(network, output(stock, features).shape());
  }

  private static INDArray output(Model stock, INDArray features) {
    if (stock instanceof MultiLayerNetwork layers) {
      // DL4J takes two layers that do nothing outside training, in a row, for a leak.
      layers.getLayerWiseConfigurations().setInferenceWorkspaceMode(WorkspaceMode.NONE);
      return layers.output(features);
    }
    return ((ComputationGraph) stock).outputSingle(features);
  }

  /** Returns a batch, the same for equal arguments; one class is right at each place. */
  DataSet get(int examples, long seed) {
    Random random = new Random(seed);
    INDArray features = network.input().features(network.training().type(), examples, random);
    long[] shape = labels.clone();
    shape[0] = examples;
    int classes = (int) shape[1];
    INDArray oneHot = Nd4j.zeros(network.training().type(), shape);
    int places = (int) (oneHot.length() / examples / classes);
    INDArray byPlace = oneHot.reshape('c', examples, classes, places);
    for (int example = 0; example < examples; example++) {
      for (int place = 0; place < places; place++) {
        byPlace.putScalar(new long[] {example, random.nextInt(classes), place}, 1);
      }
    }
    return new DataSet(features, oneHot);
  }
}
