package io.github.dl4jclipping.scaling;

import io.github.dl4jclipping.LossScaling;

/**
 * The loss scale of one network: by the rule of PyTorch's {@code GradScaler.update}, between two
 * bounds. Belongs to the thread that trains the network.
 */
public final class LossScale {

  private final LossScaling settings;
  private double scale;
  private int goodSteps;
  private long overflows;
  private double applied = Double.NaN;

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

  /** Returns what to multiply a loss by, and remembers it until it is {@linkplain #take taken}. */
  double apply(int batchSize) {
    applied = scale / batchSize;
    return applied;
  }

  /** Returns what the last loss was multiplied by since this was last asked; NaN if none was. */
  public double take() {
    double factor = applied;
    applied = Double.NaN;
    return factor;
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
