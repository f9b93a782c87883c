package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.internal.precision.LossScale;
import io.github.dl4jclipping.internal.precision.MasterWeights;
import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import org.jspecify.annotations.Nullable;

/** Keeps the loss scale and the master weights of one network, which outlive its updaters. */
public final class KeptPrecision {

  private @Nullable LossScale lossScale;
  private @Nullable LossScaleStatus lossScaleToTakeUp;
  private @Nullable MasterWeights master;

  /** Returns the loss scale for some settings: the one in use, the restored one, or a new one. */
  public LossScale lossScale(LossScaling settings) {
    if (lossScale != null && lossScale.settings().equals(settings)) {
      return lossScale;
    }
    return lossScaleToTakeUp == null
        ? new LossScale(settings)
        : new LossScale(settings, lossScaleToTakeUp);
  }

  /** Starts to use a precision. */
  public void use(Precision precision) {
    lossScale = precision.lossScale();
    master = precision.masterWeights();
    lossScaleToTakeUp = null;
  }

  /** Returns the status of the loss scale; null if there is none. */
  @Nullable LossScaleStatus status() {
    return lossScale == null ? lossScaleToTakeUp : lossScale.status();
  }

  /**
   * Restores what was saved of mixed precision: now if it is in use, otherwise when it is used
   * first.
   *
   * @throws IllegalStateException if a loss scale was saved and the current settings have none
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
   * Checks that no restored loss scale is waiting, for settings without loss scaling.
   *
   * @throws IllegalStateException if there is one
   */
  public void requireNoLossScale() {
    requireLossScalingFor(lossScaleToTakeUp);
  }

  /**
   * Checks that the current settings can use a saved loss scale.
   *
   * @throws IllegalStateException if the settings have no loss scaling
   */
  void requireLossScalingFor(@Nullable LossScaleStatus saved) {
    if (saved != null && lossScale == null) {
      throw new IllegalStateException(
          "The restored state belongs to a network with loss scaling (last loss scale "
              + saved.scale()
              + "), but these settings have no lossScaling. Nothing has changed. Add"
              + " lossScaling, or call GradientClipping.detachFrom(network), which drops the"
              + " restored state.");
    }
  }

  /** Returns the master weights in use or the restored ones; null if there are none. */
  public @Nullable MasterWeights masterWeights() {
    return master;
  }
}
