package io.github.dl4jclipping;

import java.nio.LongBuffer;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Everything that a step may change, bit for bit: INDArray's own equals allows for 1e-5.
 *
 * @param params the parameters, BatchNormalization's statistics among them
 * @param updaterState the updater's state, empty if it has none
 * @param iteration DL4J's iteration counter
 */
public record Snapshot(LongBuffer params, LongBuffer updaterState, int iteration) {

  public static Snapshot of(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return new Snapshot(
          bits(network.params()),
          bits(network.getUpdater().getStateViewArray()),
          network.getIterationCount());
    }
    ComputationGraph graph = (ComputationGraph) model;
    return new Snapshot(
        bits(graph.params()),
        bits(graph.getUpdater().getStateViewArray()),
        graph.getConfiguration().getIterationCount());
  }

  /** Returns the elements of an array as bits, equal only if every bit is. */
  public static LongBuffer bits(@Nullable INDArray array) {
    double[] values = array == null ? new double[0] : array.dup('c').data().asDouble();
    return LongBuffer.wrap(Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray());
  }
}
