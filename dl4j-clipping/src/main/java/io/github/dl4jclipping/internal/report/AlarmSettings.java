package io.github.dl4jclipping.internal.report;

import java.io.Serializable;

/**
 * Says when the log warns of gradients that vanish, and of a bound that almost always clips.
 *
 * <p>Immutable and thread-safe.
 *
 * @param vanishingNorm the largest norm that counts as vanishing
 * @param vanishingSteps how many such steps in a row; 0 turns the warning off
 * @param clippedShare the share of a window's steps, from 0 to 1, that must be exceeded
 * @param clippedSteps the steps of that window; 0 turns the warning off
 */
public record AlarmSettings(
    double vanishingNorm, int vanishingSteps, double clippedShare, int clippedSteps)
    implements Serializable {

  /** Steps of the longest window, whose norms are kept. */
  public static final int MAX_CLIPPED_STEPS = 1_000_000;

  /**
   * What holds unless said otherwise: 100 steps with a norm of at most 1e-8, which is what Adam
   * adds to a denominator so as not to divide by 0; more than 95 % of 1000 steps clipped.
   */
  public static final AlarmSettings DEFAULT = new AlarmSettings(1e-8, 100, 0.95, 1_000);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a component is outside of them
   */
  public AlarmSettings {
    if (!(vanishingNorm >= 0 && Double.isFinite(vanishingNorm))) {
      throw new IllegalArgumentException(
          "the norm that counts as vanishing must be finite and >= 0, but was " + vanishingNorm);
    }
    if (vanishingSteps < 0) {
      throw new IllegalArgumentException(
          "the steps of vanishing gradients must be >= 0, but were " + vanishingSteps);
    }
    if (!(clippedShare >= 0 && clippedShare < 1)) {
      throw new IllegalArgumentException(
          "the share of clipped steps must be >= 0 and < 1, but was " + clippedShare);
    }
    if (clippedSteps < 0 || clippedSteps > MAX_CLIPPED_STEPS) {
      throw new IllegalArgumentException(
          "the steps that are looked at for clipping must be from 0 to "
              + MAX_CLIPPED_STEPS
              + ", but were "
              + clippedSteps);
    }
  }

  /** Returns these settings without the alarm for a bound that almost always clips. */
  public AlarmSettings withoutClipping() {
    return withClipping(clippedShare, 0);
  }

  /** Returns these settings with others for vanishing gradients. */
  AlarmSettings withVanishing(double norm, int steps) {
    return new AlarmSettings(norm, steps, clippedShare, clippedSteps);
  }

  /** Returns these settings with others for a bound that almost always clips. */
  AlarmSettings withClipping(double share, int steps) {
    return new AlarmSettings(vanishingNorm, vanishingSteps, share, steps);
  }
}
