package io.github.dl4jclipping.internal.precision;

import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The loss scale of one network: by the rule of PyTorch's {@code GradScaler.update}, between two
 * bounds. Belongs to the thread that trains the network.
 */
public final class LossScale {

  private final LossScaling settings;
  private double scale;
  private int goodSteps;
  private long overflows;
  private @Nullable Object scaled;
  private double factor;

  /** Starts at the initial scale. */
  public LossScale(LossScaling settings) {
    this.settings = settings;
    this.scale = settings.initialScale();
  }

  /** Goes on from what was saved, within the bounds of the settings. */
  public LossScale(LossScaling settings, LossScaleStatus saved) {
    this(settings);
    takeUp(saved);
  }

  /** Goes on from what was saved, within the bounds of the settings. */
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

  /**
   * Remembers by what the loss of a gradient was multiplied, until it is {@linkplain #take taken}.
   */
  public void remember(Object gradient, double factorOfLoss) {
    scaled = gradient;
    factor = factorOfLoss;
  }

  /** Forgets a gradient that was never taken: another one stands in its place. */
  public void forget() {
    scaled = null;
  }

  /**
   * Returns by what the loss of a gradient was multiplied, once; empty where it was not.
   *
   * @param own whether the gradient stands where the network computes its own
   * @throws IllegalStateException if the network's own gradient was scaled and never taken, and
   *     this one, in its place, is not it: nobody knows whether this one is scaled
   */
  public OptionalDouble take(Object gradient, boolean own) {
    if (scaled == null || !own) {
      return OptionalDouble.empty();
    }
    boolean isIt = gradient == scaled;
    forget();
    if (!isIt) {
      throw new IllegalStateException(
          "The loss of this network's last pass was multiplied by "
              + factor
              + ", and its gradient was never applied. The gradient that is applied now stands in"
              + " the same memory but is another object, so that it is unknown whether it is"
              + " scaled. Nothing was applied. Pass network.gradient() itself, or apply this one"
              + " again if it comes from elsewhere, such as backpropGradient.");
    }
    return OptionalDouble.of(factor);
  }

  /** Returns by what the loss of a gradient that was never taken was multiplied, and forgets it. */
  public OptionalDouble giveUp() {
    OptionalDouble given = scaled == null ? OptionalDouble.empty() : OptionalDouble.of(factor);
    forget();
    return given;
  }

  /** Returns whether an overflow may lower the scale. */
  public boolean canBackOff() {
    return scale > settings.minScale();
  }

  /** Lowers the scale after an overflow of a step that was skipped for it. */
  public void overflow() {
    scale = Math.max(scale * settings.backoffFactor(), settings.minScale());
    goodSteps = 0;
    overflows++;
  }

  /** Starts to count good steps anew, after a step that was not finite for another reason. */
  public void endGoodSteps() {
    goodSteps = 0;
  }

  /** Counts a good step, and raises the scale after so many in a row. */
  public void good() {
    if (++goodSteps >= settings.growthInterval()) {
      scale = Math.min(scale * settings.growthFactor(), settings.maxScale());
      goodSteps = 0;
    }
  }

  /** Returns where this stands: what to save. */
  public LossScaleStatus status() {
    return new LossScaleStatus(scale, goodSteps, overflows);
  }
}
