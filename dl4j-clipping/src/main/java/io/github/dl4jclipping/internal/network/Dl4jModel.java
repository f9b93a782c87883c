package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.memory.Progress;
import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.step.ClippingSettings;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gives one interface to DL4J's two network classes and to a layer in layerwise pretraining, for
 * which DL4J has no common type.
 */
public abstract class Dl4jModel {

  /** Returns DL4J's model. */
  abstract Model model();

  /** Returns whether the model is initialised. */
  abstract boolean isInitialised();

  /**
   * Returns whether the model is a single layer in layerwise pretraining, whose loss is never
   * scaled.
   */
  abstract boolean isPretrained();

  /** Returns the number of epochs that the model was trained for. */
  public abstract int epochs();

  /** Returns the number of iterations that the model was trained for; 0 for a single layer. */
  abstract int iterations();

  /**
   * Returns the parts that have parameters, in the order of the flat gradient. Layers, including a
   * single one, are named by index, vertices by name.
   */
  public abstract Map<String, Trainable> parts();

  /** Returns the layers of the network; empty for a single layer. */
  abstract List<Layer> layers();

  /**
   * Returns the layers at the outputs of the network, by index or name; they need not be output
   * layers.
   */
  abstract Map<String, Layer> outputs();

  /** Returns the listeners. */
  abstract Collection<TrainingListener> listeners();

  /** Sets the listeners of this model, and of no other model that shares the list. */
  abstract void setListeners(List<TrainingListener> listeners);

  /** Returns the current updater; null if DL4J has not created one yet. */
  abstract @Nullable Updater updater();

  /** Sets the updater. */
  abstract void setUpdater(Updater updater);

  /**
   * Creates DL4J's own updater.
   *
   * @param state the array for the updater's state; null to let the updater allocate one
   */
  abstract Updater stockUpdater(@Nullable INDArray state);

  /** Creates this library's updater. */
  abstract StepUpdater host(
      @Nullable INDArray state, ClippingSettings settings, Precision precision);

  /**
   * Clears the state of recurrent layers and the masks, so that no NaN outlives a step that is not
   * applied.
   */
  abstract void forgetSequence();

  /** Returns the training progress, and whether the calling thread is a worker. */
  final Progress progress() {
    return new Progress(iterations(), Workers.isWorker());
  }

  /**
   * Returns the lock of the current updater. The updater holds it during a step and takes it when
   * its state is read. Code that also needs the lock of the {@link ClippingState} must take this
   * one first, as a step does.
   */
  final Object lock() {
    Updater updater = updater();
    return updater == null ? ClippingState.of(model()) : updater;
  }

  static void putIfTrainable(Map<String, Trainable> parts, String name, Trainable part) {
    if (part.numParams() > 0) {
      parts.put(name, part);
    }
  }
}
