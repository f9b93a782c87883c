package io.github.dl4jclipping.report;

import io.github.dl4jclipping.internal.log.Numbers;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Sums up any number of steps, of one network or of several, such as the copies that workers train.
 *
 * <pre>{@code
 * ClipSummary summary = ClipSummary.EMPTY;
 * for (ClipReport report : reports) {
 *   summary = summary.plus(report);
 * }
 * }</pre>
 *
 * <p>Summaries of parts add up to exactly the summary of the whole, in any order and grouping,
 * because nothing is rounded before {@link #meanNorm} is called. Unlike the reports themselves, a
 * summary takes little memory, whatever the number of steps.
 *
 * <p>Immutable and thread-safe.
 *
 * @param steps the number of all steps, whatever their outcome
 * @param clipped the number of steps whose gradient was scaled down or clamped, see {@link
 *     ClipReport#isClipped}
 * @param skipped the number of steps with {@link StepOutcome#SKIPPED}
 * @param zeroed the number of steps with {@link StepOutcome#ZEROED}; such a step may also count as
 *     clipped
 * @param passedNonFinite the number of steps with {@link StepOutcome#PASSED_NON_FINITE}
 * @param raised the number of steps with {@link StepOutcome#RAISED}
 * @param overflowed the number of steps with {@link StepOutcome#OVERFLOWED}; these do not count as
 *     {@linkplain #nonFinite non-finite}
 * @param finiteNorms the number of steps whose norm before clipping is finite
 * @param sumOfNorms the exact sum of these norms; 0 if there are none
 * @param largestNorm the largest of these norms; NaN if there are none
 */
public record ClipSummary(
    long steps,
    long clipped,
    long skipped,
    long zeroed,
    long passedNonFinite,
    long raised,
    long overflowed,
    long finiteNorms,
    BigDecimal sumOfNorms,
    double largestNorm)
    implements Serializable {

  /** The summary of no steps. */
  public static final ClipSummary EMPTY =
      new ClipSummary(0, 0, 0, 0, 0, 0, 0, 0, BigDecimal.ZERO, Double.NaN);

  /** Returns the summary of these steps and another step. */
  public ClipSummary plus(ClipReport report) {
    return plus(of(report));
  }

  /** Returns the summary of these steps and those of another summary. */
  public ClipSummary plus(ClipSummary other) {
    return new ClipSummary(
        steps + other.steps,
        clipped + other.clipped,
        skipped + other.skipped,
        zeroed + other.zeroed,
        passedNonFinite + other.passedNonFinite,
        raised + other.raised,
        overflowed + other.overflowed,
        finiteNorms + other.finiteNorms,
        sumOfNorms.add(other.sumOfNorms),
        larger(largestNorm, other.largestNorm));
  }

  private static ClipSummary of(ClipReport report) {
    boolean finite = Double.isFinite(report.norm());
    return new ClipSummary(
        1,
        report.isClipped() ? 1 : 0,
        one(report, StepOutcome.SKIPPED),
        one(report, StepOutcome.ZEROED),
        one(report, StepOutcome.PASSED_NON_FINITE),
        one(report, StepOutcome.RAISED),
        one(report, StepOutcome.OVERFLOWED),
        finite ? 1 : 0,
        finite ? new BigDecimal(report.norm()) : BigDecimal.ZERO,
        finite ? report.norm() : Double.NaN);
  }

  private static long one(ClipReport report, StepOutcome outcome) {
    return report.outcome() == outcome ? 1 : 0;
  }

  /** Returns the larger number; unlike {@link Math#max}, prefers any number to NaN. */
  private static double larger(double one, double other) {
    return one >= other || Double.isNaN(other) ? one : other;
  }

  /** Returns the number of steps with a non-finite gradient: skipped, zeroed, passed or raised. */
  public long nonFinite() {
    return skipped + zeroed + passedNonFinite + raised;
  }

  /**
   * Returns the share of clipped steps, from 0 to 1. This is {@code clipped / steps}, or 0.0 when
   * there were no steps.
   */
  public double clippedShare() {
    return steps == 0 ? 0.0 : (double) clipped / steps;
  }

  /**
   * Returns the mean of the finite norms before clipping, or NaN if there are none. It is computed
   * from the exact sum and rounded to a double.
   */
  public double meanNorm() {
    return finiteNorms == 0
        ? Double.NaN
        : sumOfNorms.divide(BigDecimal.valueOf(finiteNorms), MathContext.DECIMAL128).doubleValue();
  }

  /** Returns the summary as key=value pairs; {@code n/a} marks a missing norm. */
  @Override
  public String toString() {
    return "steps="
        + steps
        + " clipped="
        + clipped
        + " largestNormBeforeClip="
        + Numbers.formatIfFinite(largestNorm)
        + " meanNormBeforeClip="
        + Numbers.formatIfFinite(meanNorm())
        + " skipped="
        + skipped
        + " zeroed="
        + zeroed
        + " passedNonFinite="
        + passedNonFinite
        + " raised="
        + raised
        + (overflowed == 0 ? "" : " overflowed=" + overflowed);
  }
}
