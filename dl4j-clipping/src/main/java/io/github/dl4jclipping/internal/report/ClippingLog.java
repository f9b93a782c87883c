package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.internal.log.Numbers;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes log lines: steps as key=value pairs, and warnings as sentences. */
public final class ClippingLog {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private ClippingLog() {}

  /** Returns whether the log needs the norm of each parameter. */
  public static boolean wantsParameterNorms() {
    return log.isDebugEnabled();
  }

  /** Logs one step and the window that ends with it, and parameter norms at DEBUG. */
  public static void step(ClipReport report, ReportWindow window) {
    if (log.isInfoEnabled()) {
      log.info(
          "iteration={} epoch={} score={} normBeforeClip={} normAfterClip={} coefficient={}"
              + " maxNorm={} outcome={}{}{} | since last line: {}",
          report.iteration(),
          report.epoch(),
          Numbers.format(report.score()),
          Numbers.format(report.norm()),
          // A step that raised passes on no gradient; value clipping has no single factor or norm.
          report.outcome() == StepOutcome.RAISED
              ? Numbers.NONE
              : Numbers.format(report.clippedNorm()),
          Numbers.formatIfFinite(report.coefficient()),
          Numbers.formatIfFinite(report.maxNorm()),
          report.outcome(),
          lossScale(report.lossScale()),
          parts(report),
          // Passed as text, because an asynchronous appender would read the window after its reset.
          window.toString());
    }
    if (log.isDebugEnabled()) {
      log.debug(
          "iteration={} normsBeforeClip: {}", report.iteration(), join(report.parameterNorms()));
    }
  }

  /**
   * Warns of a non-finite step.
   *
   * @param incident the number of non-finite steps of this network, including this one
   * @param what what was done with the step, and the remedy
   */
  public static void nonFinite(NonFiniteReport report, long incident, String what) {
    // Only incidents 1, 2, 4, 8 and so on are logged.
    if (Long.bitCount(incident) == 1) {
      log.warn("{}{}{}{}", report.describe(), System.lineSeparator(), what, heldBack(incident));
    }
  }

  /** Warns of a non-finite score with a finite gradient. */
  public static void scoreNotFinite(int iteration, double score, double norm) {
    log.warn(
        "The score is {} at iteration {}, but the gradient is finite, with normBeforeClip={}."
            + " The step is applied as usual. Look for a log or a division by 0 in the loss,"
            + " for non-finite parameters with an L1 or L2 penalty, and, in HALF, for a loss"
            + " whose sum exceeds 65504. This is logged once per network.",
        score,
        iteration,
        Numbers.format(norm));
  }

  /**
   * Warns of vanishing gradients.
   *
   * @param bound the largest norm that counts as vanishing
   * @param steps the number of consecutive steps with such a norm
   * @param incident the number of such streaks of this network, including this one
   */
  static void vanishing(ClipReport report, double bound, int steps, long incident) {
    if (Long.bitCount(incident) == 1) {
      log.warn(
          "Vanishing gradients: normBeforeClip was at most {} for {} consecutive steps, up to"
              + " iteration {} with {}. The network hardly learns from such gradients. Common"
              + " causes: dead ReLUs, saturated activations, masks that hide every label, or a"
              + " loss that does not depend on the parameters. A run that has converged looks"
              + " the same. Change this limit with warnWhenVanishing.{}",
          Numbers.format(bound),
          steps,
          report.iteration(),
          Numbers.format(report.norm()),
          heldBack(incident));
    }
  }

  /**
   * Warns of a bound that clips almost every step.
   *
   * @param clipped the number of clipped steps in the window that ends with this report
   * @param steps the number of steps in that window
   * @param norms the norms before clipping in that window, without NaN, in ascending order
   */
  static void clippingAlmostAlways(ClipReport report, int clipped, int steps, double[] norms) {
    log.warn(
        "Clipping almost always: {} of the last {} steps were clipped, up to iteration {}. Such"
            + " a bound acts as a learning rate. In these steps normBeforeClip had p10={}"
            + " p50={} p90={} p99={} largest={} at maxNorm={}. To clip only outliers, set"
            + " maxNorm to about p90. This is logged once per network. Change the limit with"
            + " warnWhenAlmostAlwaysClipping.",
        clipped,
        steps,
        report.iteration(),
        percentile(norms, 0.10),
        percentile(norms, 0.50),
        percentile(norms, 0.90),
        percentile(norms, 0.99),
        percentile(norms, 1),
        Numbers.format(report.maxNorm()));
  }

  /** Returns a percentile by the nearest-rank method. */
  private static String percentile(double[] ascending, double share) {
    if (ascending.length == 0) {
      return Numbers.NONE;
    }
    int rank = (int) Math.ceil(share * ascending.length);
    return Numbers.format(ascending[Math.max(rank, 1) - 1]);
  }

  /**
   * Logs at DEBUG that a step was skipped because its loss scale was too large, which is expected
   * under loss scaling.
   *
   * @param scale the loss scale of that step
   * @param next the loss scale after that step
   */
  public static void overflowed(int iteration, double scale, LossScaleStatus next) {
    if (log.isDebugEnabled()) {
      log.debug(
          "iteration={} overflowed at lossScale={} and was skipped; next lossScale={}"
              + " lossScaleOverflows={}",
          iteration,
          Numbers.format(scale),
          Numbers.format(next.scale()),
          next.overflows());
    }
  }

  private static String lossScale(@Nullable LossScaleStatus scale) {
    return scale == null
        ? ""
        : " lossScale="
            + Numbers.format(scale.scale())
            + " lossScaleGoodSteps="
            + scale.goodSteps()
            + " lossScaleOverflows="
            + scale.overflows();
  }

  private static String parts(ClipReport report) {
    return report.parts().stream()
        .map(
            part ->
                " | part=\""
                    + part.name()
                    + "\" normBeforeClip="
                    + Numbers.format(part.norm())
                    + " coefficient="
                    + Numbers.formatIfFinite(part.coefficient())
                    + " maxNorm="
                    + Numbers.formatIfFinite(part.maxNorm()))
        .collect(Collectors.joining());
  }

  private static String heldBack(long incident) {
    if (incident == 1) {
      return "";
    }
    long quiet = incident / 2 - 1;
    return " Incident "
        + incident
        + " on this network; not logged since the last such line: "
        + quiet
        + ".";
  }

  private static String join(Map<String, Double> norms) {
    return norms.entrySet().stream()
        .map(norm -> norm.getKey() + "=" + Numbers.format(norm.getValue()))
        .collect(Collectors.joining(" "));
  }
}
