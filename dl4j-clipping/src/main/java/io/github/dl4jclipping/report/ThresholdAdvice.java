package io.github.dl4jclipping.report;

import io.github.dl4jclipping.internal.log.Numbers;
import java.io.Serializable;
import java.util.Locale;

/**
 * Suggests a bound, based on the norms before clipping of one run.
 *
 * <p>The percentiles, and so the suggestion, cover only steps whose gradient is finite. They apply
 * to the network, the data, the minibatch size and the type of norm that were measured.
 *
 * <p>Immutable and thread-safe.
 *
 * @param steps the number of all steps, whatever their outcome
 * @param nonFinite the number of steps whose gradient or norm was non-finite, without those with
 *     {@link StepOutcome#OVERFLOWED}
 * @param clipped the number of clipped steps, see {@link ClipReport#isClipped}
 * @param p50 the median of the norms; like the percentiles below, NaN if there are no norms
 * @param p90 the 90th percentile: one norm in ten exceeds it
 * @param p95 the 95th percentile: one norm in twenty exceeds it
 * @param p99 the 99th percentile: one norm in a hundred exceeds it
 * @param largest the largest norm; NaN if there are no norms
 * @param suggestion the bound to try, with two significant digits; NaN if there is no suggestion
 * @param suggestionClips the share of the finite steps that the suggestion would have clipped, from
 *     0 to 1; NaN if there is no suggestion
 * @param reason a clause that says why this bound is suggested, or why none is
 */
public record ThresholdAdvice(
    long steps,
    long nonFinite,
    long clipped,
    double p50,
    double p90,
    double p95,
    double p99,
    double largest,
    double suggestion,
    double suggestionClips,
    String reason)
    implements Serializable {

  /** Returns whether there is a suggestion. */
  public boolean hasSuggestion() {
    return Double.isFinite(suggestion);
  }

  /** Returns the advice as key=value pairs; {@code n/a} marks a missing number. */
  @Override
  public String toString() {
    return "steps="
        + steps
        + " clipped="
        + clipped
        + " nonFinite="
        + nonFinite
        + " normP50="
        + Numbers.formatIfFinite(p50)
        + " normP90="
        + Numbers.formatIfFinite(p90)
        + " normP95="
        + Numbers.formatIfFinite(p95)
        + " normP99="
        + Numbers.formatIfFinite(p99)
        + " normMax="
        + Numbers.formatIfFinite(largest)
        + " suggestedMaxNorm="
        + (hasSuggestion() ? String.format(Locale.ROOT, "%.2g", suggestion) : Numbers.NONE)
        + " wouldClip="
        + Numbers.formatIfFinite(suggestionClips)
        + " reason=\""
        + reason
        + "\"";
  }
}
