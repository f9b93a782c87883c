package io.github.dl4jclipping.report;

import io.github.dl4jclipping.internal.log.Numbers;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Sums up any number of steps, of one network or of many: what several workers did, in one line.
 *
 * <pre>{@code
 * ClipSummary summary = ClipSummary.EMPTY;
 * for (ClipReport report : reports) {
 *   summary = summary.plus(report);
 * }
 * }</pre>
 *
 * <p>Summaries of parts add up to the summary of the whole, to the last bit, in whatever order and
 * grouping they are added: nothing is rounded until {@link #meanNorm} is asked. They differ from
 * the reports that they sum up in size, which does not grow with the number of steps.
 *
 * <p>Immutable, and so thread-safe.
 *
 * @param steps the steps, whatever became of them
 * @param clipped the steps of which the gradient was scaled down or clamped, see {@link
 *     ClipReport#isClipped}
 * @param skipped the steps with {@link StepOutcome#SKIPPED}
 * @param zeroed the steps with {@link StepOutcome#ZEROED}; one may be among the clipped, too
 * @param passedNonFinite the steps with {@link StepOutcome#PASSED_NON_FINITE}
 * @param raised the steps with {@link StepOutcome#RAISED}
 * @param overflowed the steps with {@link StepOutcome#OVERFLOWED}, which are not among the
 *     {@linkplain #nonFinite non-finite} ones
 * @param finiteNorms the steps whose norm before clipping is finite
 * @param sumOfNorms the exact sum of these norms, 0 when there are none
 * @param largestNorm the largest of these norms, NaN when there are none
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

  /** Sums up no steps. */
  public static final ClipSummary EMPTY =
      new ClipSummary(0, 0, 0, 0, 0, 0, 0, 0, BigDecimal.ZERO, Double.NaN);

  /** Returns the summary of these steps and one more. */
  public ClipSummary plus(ClipReport report) {
    return plus(of(report));
  }

  /** Returns the summary of these steps and the other's. */
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

  /** Unlike {@link Math#max}, prefers any number to NaN. */
  private static double larger(double one, double other) {
    return one >= other || Double.isNaN(other) ? one : other;
  }

  /** Returns the steps whose gradient was not finite: skipped, zeroed, passed or raised. */
  public long nonFinite() {
    return skipped + zeroed + passedNonFinite + raised;
  }

  /**
   * Returns the share of the steps that were clipped, from 0 to 1. This is defined as {@code
   * clipped / steps}, or 0.0 when there were no steps.
   */
  public double clippedShare() {
    return steps == 0 ? 0.0 : (double) clipped / steps;
  }

  /**
   * Returns the mean of the finite norms before clipping, rounded to a double from the exact sum,
   * or NaN when there are none.
   */
  public double meanNorm() {
    return finiteNorms == 0
        ? Double.NaN
        : sumOfNorms.divide(BigDecimal.valueOf(finiteNorms), MathContext.DECIMAL128).doubleValue();
  }

  /** Returns the summary as key=value; {@code n/a} marks a missing norm. */
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
