package io.github.dl4jclipping;

import java.io.Serializable;

/**
 * Says by how much the loss of a network in HALF is scaled, so that its gradient neither vanishes
 * below HALF's smallest number, 6e-8, nor overflows above its largest, 65504.
 *
 * <pre>{@code
 * GradientClipping.builder()
 *     .maxNorm(1.0)
 *     .lossScaling(LossScaling.dynamic().withMasterWeights(true))
 *     .build();
 * }</pre>
 *
 * <p>The gradient of each output layer's loss is computed in FLOAT and multiplied by the scale,
 * divided by the minibatch size, since DL4J's gradient is a sum over the minibatch. The step
 * divides by the scale again, in the one multiplication that clips. Norms, bounds and scores are of
 * what is not scaled; other listeners see a gradient that is. A scale as large as the minibatch
 * leaves DL4J's gradient as it is, a smaller one makes it smaller. With master weights the quotient
 * is FLOAT; without, it is rounded to HALF again, and what is below 6e-8 then is lost to the
 * update.
 *
 * <p>A scaled gradient that is not finite is an overflow: the step is skipped whole and the scale
 * multiplied by the backoff factor. After so many good steps in a row as the growth interval it is
 * multiplied by the growth factor. That is the rule of PyTorch's {@code GradScaler}, between two
 * bounds. At the lower one, and where the batch or a parameter is not finite, or the score is NaN,
 * the scale is not to blame, and {@link NonFinitePolicy} says what happens. Master weights need
 * DL4J's stochastic gradient descent; line searches are refused. See Micikevicius et al., <a
 * href="https://arxiv.org/abs/1710.03740">Mixed Precision Training</a>, 2018.
 *
 * <p>Immutable.
 *
 * @param initialScale what the scale is at first
 * @param growthFactor what it is multiplied by after {@code growthInterval} good steps in a row
 * @param backoffFactor what it is multiplied by after an overflow
 * @param growthInterval how many good steps in a row let it grow
 * @param minScale what it never falls below
 * @param maxScale what it never grows beyond
 * @param masterWeights whether the updater works in FLOAT, with its state and a copy of the
 *     parameters in FLOAT: in HALF an update of less than about a two-thousandth of a weight is
 *     lost. Takes 8 bytes more for each parameter, and 4 instead of 2 for each number of updater
 *     state
 */
public record LossScaling(
    double initialScale,
    double growthFactor,
    double backoffFactor,
    int growthInterval,
    double minScale,
    double maxScale,
    boolean masterWeights)
    implements Serializable {

  private static final double DEFAULT_INITIAL_SCALE = 0x1p16;
  private static final double DEFAULT_MAX_SCALE = 0x1p24;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if a scale is not greater than 0 or above FLOAT's largest
   *     number, 3.4e38, if not {@code minScale <= initialScale <= maxScale}, if {@code
   *     growthFactor} is not finite or not greater than 1, {@code backoffFactor} not between 0 and
   *     1, or {@code growthInterval < 1}
   */
  public LossScaling {
    requireScale("initialScale", initialScale);
    requireScale("minScale", minScale);
    requireScale("maxScale", maxScale);
    if (minScale > initialScale || initialScale > maxScale) {
      throw new IllegalArgumentException(
          "initialScale must be from minScale="
              + minScale
              + " to maxScale="
              + maxScale
              + ", but was "
              + initialScale);
    }
    if (!(growthFactor > 1) || Double.isInfinite(growthFactor)) {
      throw new IllegalArgumentException(
          "growthFactor must be finite and > 1, but was " + growthFactor);
    }
    if (!(backoffFactor > 0 && backoffFactor < 1)) {
      throw new IllegalArgumentException(
          "backoffFactor must be > 0 and < 1, but was " + backoffFactor);
    }
    if (growthInterval < 1) {
      throw new IllegalArgumentException("growthInterval must be >= 1, but was " + growthInterval);
    }
  }

  private static void requireScale(String name, double scale) {
    if (!(scale > 0 && scale <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          name + " must be > 0 and <= 3.4e38, the largest FLOAT, but was " + scale);
    }
  }

  /**
   * Returns a scale that adapts, by {@code GradScaler}'s defaults: 65536 at first, halved at an
   * overflow, doubled after 2000 good steps in a row; from 1 to 16777216, without master weights.
   */
  public static LossScaling dynamic() {
    return new LossScaling(DEFAULT_INITIAL_SCALE, 2, 0.5, 2000, 1, DEFAULT_MAX_SCALE, false);
  }

  /**
   * Returns a scale that stays: every gradient that is not finite is {@link NonFinitePolicy}'s.
   *
   * @throws IllegalArgumentException if {@code scale} is not greater than 0 or above 3.4e38
   */
  public static LossScaling constant(double scale) {
    requireScale("scale", scale);
    return new LossScaling(scale, 2, 0.5, 2000, scale, scale, false);
  }

  /** Returns these settings with another scale to begin with. */
  public LossScaling withInitialScale(double scale) {
    return new LossScaling(
        scale, growthFactor, backoffFactor, growthInterval, minScale, maxScale, masterWeights);
  }

  /** Returns these settings with another growth factor. */
  public LossScaling withGrowthFactor(double factor) {
    return new LossScaling(
        initialScale, factor, backoffFactor, growthInterval, minScale, maxScale, masterWeights);
  }

  /** Returns these settings with another backoff factor. */
  public LossScaling withBackoffFactor(double factor) {
    return new LossScaling(
        initialScale, growthFactor, factor, growthInterval, minScale, maxScale, masterWeights);
  }

  /** Returns these settings with another growth interval. */
  public LossScaling withGrowthInterval(int steps) {
    return new LossScaling(
        initialScale, growthFactor, backoffFactor, steps, minScale, maxScale, masterWeights);
  }

  /** Returns these settings with another floor. */
  public LossScaling withMinScale(double scale) {
    return new LossScaling(
        initialScale, growthFactor, backoffFactor, growthInterval, scale, maxScale, masterWeights);
  }

  /** Returns these settings with another ceiling. */
  public LossScaling withMaxScale(double scale) {
    return new LossScaling(
        initialScale, growthFactor, backoffFactor, growthInterval, minScale, scale, masterWeights);
  }

  /** Returns these settings with or without master weights in FLOAT. */
  public LossScaling withMasterWeights(boolean wanted) {
    return new LossScaling(
        initialScale, growthFactor, backoffFactor, growthInterval, minScale, maxScale, wanted);
  }

  /** Returns the settings in few words. */
  @Override
  public String toString() {
    String scale =
        minScale == maxScale
            ? "constant(" + minScale + ")"
            : "dynamic(initialScale="
                + initialScale
                + ", growthFactor="
                + growthFactor
                + ", backoffFactor="
                + backoffFactor
                + ", growthInterval="
                + growthInterval
                + ", minScale="
                + minScale
                + ", maxScale="
                + maxScale
                + ")";
    return scale + (masterWeights ? " with master weights" : "");
  }
}
