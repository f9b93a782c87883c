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
 * A network of DL4J's, or a layer of one in layerwise pretraining: DL4J has no type for what the
 * three have in common.
 */
public abstract class Dl4jModel {

  /** Returns the model itself. */
  abstract Model model();

  /** Returns whether it was initialised. */
  abstract boolean isInitialised();

  /** Returns whether it is a single layer in layerwise pretraining, whose loss is never scaled. */
  abstract boolean isPretrained();

  /** Returns how many epochs it has been trained for. */
  public abstract int epochs();

  /** Returns how many iterations it has been trained for; 0 for a single layer. */
  abstract int iterations();

  /**
   * Returns the parts that have parameters, in the order of the flat gradient: layers by index,
   * vertices by name, and a single layer by its index.
   */
  public abstract Map<String, Trainable> parts();

  /** Returns its layers; none for a single layer. */
  abstract List<Layer> layers();

  /** Returns the layers at its outputs, by index or name, output layers or not. */
  abstract Map<String, Layer> outputs();

  /** Returns its listeners. */
  abstract Collection<TrainingListener> listeners();

  /** Sets its listeners, and those of no other model that shares the list. */
  abstract void setListeners(List<TrainingListener> listeners);

  /** Returns the updater that is in place, null where DL4J has made none yet. */
  abstract @Nullable Updater updater();

  /** Puts an updater in place. */
  abstract void setUpdater(Updater updater);

  /**
   * Makes DL4J's own updater.
   *
   * @param state the array for its state, null for one of its own
   */
  abstract Updater stockUpdater(@Nullable INDArray state);

  /** Makes the updater of this library. */
  abstract StepUpdater host(
      @Nullable INDArray state, ClippingSettings settings, Precision precision);

  /**
   * Forgets the state of recurrent layers and the masks, where a NaN would outlive a step that is
   * not applied.
   */
  abstract void forgetSequence();

  /** Returns how far it is trained, and whether by a worker. */
  final Progress progress() {
    return new Progress(iterations(), Workers.isWorker());
  }

  /**
   * Returns the lock of the updater that is in place, which its step holds, and which it takes when
   * it is asked for its state. Whoever needs that of the {@link ClippingState}, too, takes this one
   * first, as a step does.
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
