package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.internal.precision.LossScale;
import io.github.dl4jclipping.internal.precision.MasterWeights;
import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import org.jspecify.annotations.Nullable;

/** The loss scale and the master weights of one network, which outlive its updaters. */
public final class KeptPrecision {

  private @Nullable LossScale lossScale;
  private @Nullable LossScaleStatus lossScaleToTakeUp;
  private @Nullable MasterWeights master;

  /** Returns the loss scale for some settings: the one in use, what was saved, or a fresh one. */
  public LossScale lossScale(LossScaling settings) {
    if (lossScale != null && lossScale.settings().equals(settings)) {
      return lossScale;
    }
    return lossScaleToTakeUp == null
        ? new LossScale(settings)
        : new LossScale(settings, lossScaleToTakeUp);
  }

  /** Puts a precision to use. */
  public void use(Precision precision) {
    lossScale = precision.lossScale();
    master = precision.masterWeights();
    lossScaleToTakeUp = null;
  }

  /** Returns where the loss scale stands; null where there is none. */
  @Nullable LossScaleStatus status() {
    return lossScale == null ? lossScaleToTakeUp : lossScale.status();
  }

  /**
   * Takes up what was saved of mixed precision: now, where it is at work, otherwise once it is.
   *
   * @throws IllegalStateException if a loss scale was saved and the settings at work have none
   */
  void takeUp(@Nullable LossScaleStatus savedScale, @Nullable MasterWeights savedMaster) {
    if (lossScale == null) {
      lossScaleToTakeUp = savedScale;
      master = savedMaster;
      return;
    }
    if (savedScale != null) {
      lossScale.takeUp(savedScale);
    }
    if (master != null && savedMaster != null) {
      master.takeUp(savedMaster);
    }
  }

  /**
   * Checks that a loss scale that was saved has settings to go with.
   *
   * @throws IllegalStateException if there is one to take up
   */
  public void requireNoLossScale() {
    requireLossScalingFor(lossScaleToTakeUp);
  }

  /**
   * Checks that a loss scale can be taken up where clipping is at work.
   *
   * @throws IllegalStateException if its settings have no loss scaling
   */
  void requireLossScalingFor(@Nullable LossScaleStatus saved) {
    if (saved != null && lossScale == null) {
      throw new IllegalStateException(
          "The restored state belongs to a network with loss scaling (last loss scale "
              + saved.scale()
              + "), but these settings have no lossScaling. Nothing has changed. Add"
              + " lossScaling, or call GradientClipping.detachFrom(network), which drops what was"
              + " read.");
    }
  }

  /** Returns the master weights, or those to take up; null if there are none. */
  public @Nullable MasterWeights masterWeights() {
    return master;
  }
}
