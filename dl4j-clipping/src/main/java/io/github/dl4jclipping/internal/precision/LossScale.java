package io.github.dl4jclipping.internal.precision;

import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the loss scale of one network. It follows the rule of PyTorch's {@code GradScaler.update},
 * between two bounds. Only the thread that trains the network may use it.
 */
public final class LossScale {

  private final LossScaling settings;
  private double scale;
  private int goodSteps;
  private long overflows;
  private @Nullable Object scaled;
  private double factor;

  /** Creates a loss scale that starts at the initial scale. */
  public LossScale(LossScaling settings) {
    this.settings = settings;
    this.scale = settings.initialScale();
  }

  /** Creates a loss scale that continues from a saved status, within the bounds of the settings. */
  public LossScale(LossScaling settings, LossScaleStatus saved) {
    this(settings);
    takeUp(saved);
  }

  /** Restores a saved status, within the bounds of the settings. */
  public void takeUp(LossScaleStatus saved) {
    scale = Math.min(Math.max(saved.scale(), settings.minScale()), settings.maxScale());
    goodSteps = saved.goodSteps();
    overflows = saved.overflows();
  }

  /** Returns the settings. */
  public LossScaling settings() {
    return settings;
  }

  /** Returns the scale of the next loss. */
  public double scale() {
    return scale;
  }

  /** Stores the factor on the loss of a gradient, until it is {@linkplain #take taken}. */
  public void remember(Object gradient, double factorOfLoss) {
    scaled = gradient;
    factor = factorOfLoss;
  }

  /** Drops the factor of a gradient that was never taken, because another gradient replaces it. */
  public void forget() {
    scaled = null;
  }

  /**
   * Returns the factor on the loss of a gradient, once; empty if the loss was not scaled.
   *
   * @param own whether the gradient is in the memory of the network's own gradient
   * @throws IllegalStateException if the network's own gradient was scaled and never taken, and
   *     another object is in its memory now, so that it is unknown whether this one is scaled
   */
  public OptionalDouble take(Object gradient, boolean own) {
    if (scaled == null || !own) {
      return OptionalDouble.empty();
    }
    boolean isIt = gradient == scaled;
    forget();
    if (!isIt) {
      throw new IllegalStateException(
          "It is unknown whether this gradient is scaled. The loss of this network's last pass"
              + " was multiplied by "
              + factor
              + ", and its gradient was never applied. The gradient that is applied now is in the"
              + " same memory, but is another object. Nothing was applied. Pass"
              + " network.gradient() itself, or apply this gradient again if it comes from"
              + " elsewhere, such as backpropGradient.");
    }
    return OptionalDouble.of(factor);
  }

  /** Returns the factor on the loss of a gradient that was never taken, and drops it. */
  public OptionalDouble giveUp() {
    OptionalDouble given = scaled == null ? OptionalDouble.empty() : OptionalDouble.of(factor);
    forget();
    return given;
  }

  /** Returns whether an overflow may lower the scale. */
  public boolean canBackOff() {
    return scale > settings.minScale();
  }

  /** Lowers the scale after an overflow, for which the step is skipped. */
  public void overflow() {
    scale = Math.max(scale * settings.backoffFactor(), settings.minScale());
    goodSteps = 0;
    overflows++;
  }

  /** Resets the count of finite steps after a step that was non-finite for another reason. */
  public void endGoodSteps() {
    goodSteps = 0;
  }

  /** Counts a finite step, and raises the scale after {@code growthInterval} consecutive ones. */
  public void good() {
    if (++goodSteps >= settings.growthInterval()) {
      scale = Math.min(scale * settings.growthFactor(), settings.maxScale());
      goodSteps = 0;
    }
  }

  /** Returns the status, which can be saved. */
  public LossScaleStatus status() {
    return new LossScaleStatus(scale, goodSteps, overflows);
  }
}
