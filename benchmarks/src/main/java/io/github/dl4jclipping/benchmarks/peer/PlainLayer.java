package io.github.dl4jclipping.benchmarks.peer;

import java.util.Map;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Stands for a layer, but has only its gradient.
 *
 * @param getConfig the configuration, which defines how the gradient is normalised
 */
record PlainLayer(TrainingConfig getConfig, INDArray getGradientsViewArray) implements Trainable {

  @Override
  public long numParams() {
    return getGradientsViewArray.length();
  }

  @Override
  public INDArray params() {
    return getGradientsViewArray;
  }

  @Override
  public Map<String, INDArray> paramTable(boolean backpropOnly) {
    return Map.of("W", getGradientsViewArray);
  }

  @Override
  public boolean updaterDivideByMinibatch(String parameter) {
    return true;
  }
}
