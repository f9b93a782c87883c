package io.github.dl4jclipping.internal.precision;

import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The precision that one network is trained in: its own, unless its loss is scaled ({@link
 * ScaledPrecision}) or it has master weights as well ({@link MasterPrecision}).
 *
 * <p>Belongs to one updater of the network, and runs under its lock.
 */
public interface Precision {

  /** The network's own precision: no loss is scaled, and there are no master weights. */
  Precision OWN = new Precision() {};

  /** Runs the updater that is behind the step. */
  interface Target {

    /** Applies the gradient that was passed in. */
    void apply();

    /** Applies a copy of it in another data type. */
    void apply(INDArray gradient);
  }

  /** Returns whether losses are scaled. */
  default boolean scalesLoss() {
    return false;
  }

  /** Begins a pass of the network's training: its loss is scaled, by one factor for all outputs. */
  default void beginPass() {}

  /** Forgets a pass whose gradient never came to be applied. */
  default void forgetPass() {}

  /** Ends the pass that is running: the network's gradient is computed. */
  default void endPass() {}

  /** Returns what the loss of a gradient that nobody took was multiplied by, once; 1 if none is. */
  default double giveUpFactor() {
    return 1;
  }

  /**
   * Returns what the loss of a step's gradient was multiplied by; 1 where it came without.
   *
   * @param gradient the gradient as it was passed in
   * @param own whether it stands where the network computes its own
   */
  default double takeFactor(Object gradient, boolean own) {
    return 1;
  }

  /**
   * Returns whether a gradient that is not finite is put down to the loss scale, which is lowered.
   * Where the forward pass is broken no scale will mend it.
   */
  default boolean absorbs(BooleanSupplier forwardBroken) {
    return false;
  }

  /** Counts a step whose gradient is finite. */
  default void good() {}

  /** Returns how the loss of this step was scaled; null where it was not. */
  default @Nullable ScaledStep scaledStep() {
    return null;
  }

  /** Returns how this step was scaled and where the counts stand; null if no loss is scaled. */
  default @Nullable LossScaleStatus status() {
    return null;
  }

  /** Returns the loss scale that outlives the updater; null if no loss is scaled. */
  default @Nullable LossScale lossScale() {
    return null;
  }

  /** Returns the master weights that outlive the updater; null if there are none. */
  default @Nullable MasterWeights masterWeights() {
    return null;
  }

  /** Returns where the gradient is rescaled: its own views, or a copy in FLOAT. */
  default GradientViews widen(GradientViews views) {
    return views;
  }

  /**
   * Runs the updater.
   *
   * @param parameters the network's flat parameters
   * @param given the gradient that was passed in, which is subtracted from the parameters
   *     afterwards
   * @param worked what {@link #widen} returned for it
   */
  default void update(
      INDArray parameters, GradientViews given, GradientViews worked, Target target) {
    target.apply();
  }

  /** Returns the parameters that regularization reads, in the place of the network's own. */
  default INDArray parameters(INDArray own) {
    return own;
  }

  /** Returns the array that the updater keeps its state in, in the place of DL4J's. */
  default @Nullable INDArray workedState(@Nullable INDArray own) {
    return own;
  }

  /** Returns the state that DL4J is shown, which saves, copies and changes it. */
  default @Nullable INDArray shownState(@Nullable INDArray own) {
    return own;
  }

  /** Returns the updater's blocks with the state that DL4J is shown. */
  default List<UpdaterBlock> shownBlocks(List<UpdaterBlock> own) {
    return own;
  }

  /** Takes over state that DL4J sets; returns false where the updater itself is to take it. */
  default boolean takesState(@Nullable INDArray state) {
    return false;
  }
}
