package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.memory.Shape;
import io.github.dl4jclipping.internal.memory.StateFile;
import io.github.dl4jclipping.internal.precision.StateLayout;
import java.io.File;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Saves the state of a network in its model file, and restores it. */
public final class SavedNetworks {

  private SavedNetworks() {}

  /**
   * Adds the state of a network to its model file, between two steps or within a step of the
   * calling thread.
   *
   * @see StateFile#save
   */
  public static void save(Dl4jModel network, File modelFile) {
    save(network, modelFile, true);
  }

  /** Does the same within a step, without warnings. */
  static void saveWithin(Dl4jModel network, File modelFile) {
    save(network, modelFile, false);
  }

  private static void save(Dl4jModel network, File modelFile, boolean warn) {
    ClippingState state = ClippingState.of(network.model());
    synchronized (network.lock()) {
      synchronized (state) {
        StateFile.save(state, network.progress(), modelFile, warn);
      }
    }
  }

  /**
   * Restores the state that was saved in a model file, between two steps or within a step of the
   * calling thread.
   *
   * @see StateFile#read
   */
  public static void restore(Dl4jModel network, File modelFile) {
    StateFile.Read read = StateFile.read(shapeOf(network), modelFile);
    ClippingState state = ClippingState.of(network.model());
    synchronized (network.lock()) {
      synchronized (state) {
        read.restore(state, network.progress());
      }
    }
  }

  private static Shape shapeOf(Dl4jModel network) {
    Set<String> names = new HashSet<>();
    long stateLength = 0;
    for (Map.Entry<String, Trainable> entry : network.parts().entrySet()) {
      Trainable part = entry.getValue();
      for (Map.Entry<String, INDArray> parameter : part.paramTable(false).entrySet()) {
        String name = parameter.getKey();
        names.add(entry.getKey() + "_" + name);
        stateLength +=
            part.getConfig().getUpdaterByParam(name).stateSize(parameter.getValue().length());
      }
    }
    long parameters = network.model().numParams();
    return network.updater() instanceof BaseMultiLayerUpdater<?> updater
        ? new Shape(
            names,
            parameters,
            stateLength,
            updater.getStateViewArray(),
            StateLayout.of(updater.getUpdaterBlocks()))
        : new Shape(names, parameters, stateLength, null, StateLayout.UNKNOWN);
  }
}
