package io.github.dl4jclipping;

import java.io.Serializable;

/**
 * Configures how the loss of a network in HALF is scaled, so that its gradient neither vanishes
 * below HALF's smallest number, 6e-8, nor overflows above its largest, 65504.
 *
 * <pre>{@code
 * GradientClipping.builder()
 *     .maxNorm(1.0)
 *     .lossScaling(LossScaling.dynamic().withMasterWeights(true))
 *     .build();
 * }</pre>
 *
 * <p>The gradient of each output layer's loss is computed in FLOAT. It is multiplied by the scale
 * divided by the minibatch size, because DL4J's gradient is a sum over the minibatch. A scale equal
 * to the minibatch size therefore leaves DL4J's gradient as it is, and a smaller scale makes it
 * smaller. The step removes the scale again, in the same multiplication that clips. Norms, bounds
 * and scores refer to the unscaled gradient; other listeners see the scaled gradient. With master
 * weights the unscaled gradient is FLOAT. Without them it is rounded to HALF again, and elements
 * below 6e-8 are lost to the update.
 *
 * <p>A non-finite scaled gradient is an overflow: the whole step is skipped, and the scale is
 * multiplied by the backoff factor. After {@code growthInterval} consecutive finite steps, the
 * scale is multiplied by the growth factor. This is the rule of PyTorch's {@code GradScaler}, with
 * a lower and an upper bound on the scale. The scale is not blamed if it is at its lower bound, if
 * the batch or a parameter is non-finite, or if the score is NaN; {@link NonFinitePolicy} then
 * decides what happens. Master weights need DL4J's stochastic gradient descent; line searches are
 * refused. See Micikevicius et al., <a href="https://arxiv.org/abs/1710.03740">Mixed Precision
 * Training</a>, 2018.
 *
 * <p>Immutable.
 *
 * @param initialScale the scale of the first step
 * @param growthFactor the factor applied to the scale after {@code growthInterval} consecutive
 *     finite steps
 * @param backoffFactor the factor applied to the scale after an overflow
 * @param growthInterval the number of consecutive finite steps after which the scale grows
 * @param minScale the smallest scale
 * @param maxScale the largest scale
 * @param masterWeights whether the updater works in FLOAT, with its state and a copy of the
 *     parameters in FLOAT. In HALF, an update of less than about a two-thousandth of a weight is
 *     lost. Master weights take 8 more bytes for each parameter, and 4 bytes instead of 2 for each
 *     number of updater state
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
   * @throws IllegalArgumentException if a scale is not greater than 0 or is above FLOAT's largest
   *     number, 3.4e38; if {@code initialScale} is not from {@code minScale} to {@code maxScale};
   *     if {@code growthFactor} is not finite or not greater than 1; if {@code backoffFactor} is
   *     not greater than 0 and less than 1; or if {@code growthInterval < 1}
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
   * Returns settings for a scale that adapts, with {@code GradScaler}'s defaults: it starts at
   * 65536, is halved after an overflow and doubled after 2000 consecutive finite steps. It stays
   * from 1 to 16777216. There are no master weights.
   */
  public static LossScaling dynamic() {
    return new LossScaling(DEFAULT_INITIAL_SCALE, 2, 0.5, 2000, 1, DEFAULT_MAX_SCALE, false);
  }

  /**
   * Returns settings for a scale that never changes. {@link NonFinitePolicy} applies to every
   * non-finite gradient.
   *
   * @throws IllegalArgumentException if {@code scale} is not greater than 0 or above 3.4e38
   */
  public static LossScaling constant(double scale) {
    requireScale("scale", scale);
    return new LossScaling(scale, 2, 0.5, 2000, scale, scale, false);
  }

  /** Returns these settings with another initial scale. */
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

  /** Returns these settings with another smallest scale. */
  public LossScaling withMinScale(double scale) {
    return new LossScaling(
        initialScale, growthFactor, backoffFactor, growthInterval, scale, maxScale, masterWeights);
  }

  /** Returns these settings with another largest scale. */
  public LossScaling withMaxScale(double scale) {
    return new LossScaling(
        initialScale, growthFactor, backoffFactor, growthInterval, minScale, scale, masterWeights);
  }

  /** Returns these settings with or without master weights in FLOAT. */
  public LossScaling withMasterWeights(boolean wanted) {
    return new LossScaling(
        initialScale, growthFactor, backoffFactor, growthInterval, minScale, maxScale, wanted);
  }

  /** Returns the settings in short form. */
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
