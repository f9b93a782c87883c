package io.github.dl4jclipping.report;

import io.github.dl4jclipping.internal.log.Numbers;
import java.io.Serializable;
import java.util.Locale;

/**
 * Advises on a bound, from the norms before clipping of one run.
 *
 * <p>The percentiles, and so the suggestion, are of the steps whose gradient is finite; what was
 * not finite never enters. They hold for the network, the data, the minibatch size and the kind of
 * norm that were measured.
 *
 * <p>Immutable, and so thread-safe.
 *
 * @param steps the steps, whatever became of them
 * @param nonFinite the steps whose gradient was not finite, or whose norm was not; without those
 *     with {@link StepOutcome#OVERFLOWED}
 * @param clipped the steps that were clipped, see {@link ClipReport#isClipped}
 * @param p50 the median of the norms, NaN where there are none, as all that follow
 * @param p90 what one norm in ten exceeds
 * @param p95 what one norm in twenty exceeds
 * @param p99 what one norm in a hundred exceeds
 * @param largest the largest norm
 * @param suggestion the bound to try, with two digits; NaN where the run allows none
 * @param suggestionClips the share of the finite steps that the suggestion would have clipped, from
 *     0 to 1; NaN where there is no suggestion
 * @param reason why that bound, or why none, in a sentence
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

  /** Returns the advice as key=value; {@code n/a} stands for a number that there is not. */
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
