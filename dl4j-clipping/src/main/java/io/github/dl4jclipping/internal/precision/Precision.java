package io.github.dl4jclipping.internal.precision;

import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Defines the precision in which one network is trained: its own, its own with a scaled loss
 * ({@link ScaledPrecision}), or a scaled loss with master weights ({@link MasterPrecision}).
 *
 * <p>Each updater of a network has its own, which runs under the updater's lock.
 */
public interface Precision {

  /** The network's own precision: no loss is scaled, and there are no master weights. */
  Precision OWN = new Precision() {};

  /** Runs DL4J's updater after the step. */
  interface Target {

    /** Applies the gradient that was passed in. */
    void apply();

    /** Applies a copy of that gradient in another data type. */
    void apply(INDArray gradient);
  }

  /** Returns whether losses are scaled. */
  default boolean scalesLoss() {
    return false;
  }

  /**
   * Begins a training pass of the network, in which the loss is scaled, by one factor for all
   * outputs.
   */
  default void beginPass() {}

  /** Drops a pass whose gradient is never applied. */
  default void forgetPass() {}

  /** Ends the current pass, after the network's gradient is computed. */
  default void endPass() {}

  /**
   * Returns the factor on the loss of a gradient that no step has taken, once; 1 if there is none.
   */
  default double giveUpFactor() {
    return 1;
  }

  /**
   * Returns the factor on the loss of a step's gradient; 1 if the loss was not scaled.
   *
   * @param gradient the gradient as it was passed in
   * @param own whether the gradient is in the memory of the network's own gradient
   */
  default double takeFactor(Object gradient, boolean own) {
    return 1;
  }

  /**
   * Returns whether the loss scale is the cause of a non-finite gradient, and lowers the scale if
   * it is. If the forward pass is non-finite, the scale is not the cause.
   */
  default boolean absorbs(BooleanSupplier forwardBroken) {
    return false;
  }

  /** Counts a step whose gradient is finite. */
  default void good() {}

  /** Returns how the loss of this step was scaled; null if it was not. */
  default @Nullable ScaledStep scaledStep() {
    return null;
  }

  /** Returns the loss scale of this step and the current counts; null if no loss is scaled. */
  default @Nullable LossScaleStatus status() {
    return null;
  }

  /** Returns the loss scale, which outlives the updater; null if no loss is scaled. */
  default @Nullable LossScale lossScale() {
    return null;
  }

  /** Returns the master weights, which outlive the updater; null if there are none. */
  default @Nullable MasterWeights masterWeights() {
    return null;
  }

  /** Returns the views in which the gradient is rescaled: its own, or those of a copy in FLOAT. */
  default GradientViews widen(GradientViews views) {
    return views;
  }

  /**
   * Runs the updater.
   *
   * @param parameters the network's flat parameters
   * @param given the gradient that was passed in; DL4J subtracts it from the parameters afterwards
   * @param worked the views that {@link #widen} returned for it
   */
  default void update(
      INDArray parameters, GradientViews given, GradientViews worked, Target target) {
    target.apply();
  }

  /** Returns the parameters that regularization reads instead of the network's own. */
  default INDArray parameters(INDArray own) {
    return own;
  }

  /** Returns the array in which the updater keeps its state instead of DL4J's. */
  default @Nullable INDArray workedState(@Nullable INDArray own) {
    return own;
  }

  /** Returns the state that DL4J sees, and saves, copies and changes. */
  default @Nullable INDArray shownState(@Nullable INDArray own) {
    return own;
  }

  /** Returns the updater's blocks with the state that DL4J sees. */
  default List<UpdaterBlock> shownBlocks(List<UpdaterBlock> own) {
    return own;
  }

  /** Takes over state that DL4J sets; returns false if the updater itself must take it. */
  default boolean takesState(@Nullable INDArray state) {
    return false;
  }
}
