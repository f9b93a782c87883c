package io.github.dl4jclipping.internal.report;

import java.io.Serializable;

/**
 * Defines when the log warns of vanishing gradients, and of a bound that clips almost every step.
 *
 * <p>Immutable and thread-safe.
 *
 * @param vanishingNorm the largest norm that counts as vanishing
 * @param vanishingSteps the number of consecutive such steps; 0 turns the warning off
 * @param clippedShare the share of clipped steps in a window, from 0 to below 1, that must be
 *     exceeded
 * @param clippedSteps the number of steps in that window; 0 turns the warning off
 */
public record AlarmSettings(
    double vanishingNorm, int vanishingSteps, double clippedShare, int clippedSteps)
    implements Serializable {

  /** The largest number of steps in a window; their norms are kept in memory. */
  public static final int MAX_CLIPPED_STEPS = 1_000_000;

  /**
   * The default settings: warn after 100 consecutive steps with a norm of at most 1e-8, the epsilon
   * that Adam adds to avoid a division by 0, and when more than 95 % of 1000 steps were clipped.
   */
  public static final AlarmSettings DEFAULT = new AlarmSettings(1e-8, 100, 0.95, 1_000);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a component is out of bounds
   */
  public AlarmSettings {
    if (!(vanishingNorm >= 0 && Double.isFinite(vanishingNorm))) {
      throw new IllegalArgumentException(
          "the norm that counts as vanishing must be finite and >= 0, but was " + vanishingNorm);
    }
    if (vanishingSteps < 0) {
      throw new IllegalArgumentException(
          "the number of steps with vanishing gradients must be >= 0, but was " + vanishingSteps);
    }
    if (!(clippedShare >= 0 && clippedShare < 1)) {
      throw new IllegalArgumentException(
          "the share of clipped steps must be >= 0 and < 1, but was " + clippedShare);
    }
    if (clippedSteps < 0 || clippedSteps > MAX_CLIPPED_STEPS) {
      throw new IllegalArgumentException(
          "the number of steps in a window for clipping must be from 0 to "
              + MAX_CLIPPED_STEPS
              + ", but was "
              + clippedSteps);
    }
  }

  /** Returns these settings without the warning of a bound that clips almost every step. */
  public AlarmSettings withoutClipping() {
    return withClipping(clippedShare, 0);
  }

  /** Returns these settings with other limits for vanishing gradients. */
  AlarmSettings withVanishing(double norm, int steps) {
    return new AlarmSettings(norm, steps, clippedShare, clippedSteps);
  }

  /** Returns these settings with other limits for a bound that clips almost every step. */
  AlarmSettings withClipping(double share, int steps) {
    return new AlarmSettings(vanishingNorm, vanishingSteps, share, steps);
  }
}
