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

/** Writes what users read, as key=value: one line every so many iterations, warnings in full. */
public final class ClippingLog {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private ClippingLog() {}

  /** Returns whether the log wants the norm of each parameter. */
  public static boolean wantsParameterNorms() {
    return log.isDebugEnabled();
  }

  /** Writes one step and the window that ends with it; parameter norms at DEBUG. */
  public static void step(ClipReport report, ReportWindow window) {
    if (log.isInfoEnabled()) {
      log.info(
          "iteration={} epoch={} score={} normBeforeClip={} normAfterClip={} coefficient={}"
              + " maxNorm={} outcome={}{}{} | since last line: {}",
          report.iteration(),
          report.epoch(),
          Numbers.format(report.score()),
          Numbers.format(report.norm()),
          // A step that raised hands on nothing; values are clipped by no one factor or norm.
          report.outcome() == StepOutcome.RAISED
              ? Numbers.NONE
              : Numbers.format(report.clippedNorm()),
          Numbers.formatIfFinite(report.coefficient()),
          Numbers.formatIfFinite(report.maxNorm()),
          report.outcome(),
          lossScale(report.lossScale()),
          parts(report),
          // As text: an asynchronous appender would read it after it was reset.
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
   * @param incident how many there have been on this network, this one included
   * @param what what became of the step
   */
  public static void nonFinite(NonFiniteReport report, long incident, String what) {
    // Incidents 1, 2, 4, 8 ...: the more there are, the less each of them is news.
    if (Long.bitCount(incident) == 1) {
      log.warn("{}{}{}{}", report.describe(), System.lineSeparator(), what, heldBack(incident));
    }
  }

  /** Warns of a score that is not finite beside a gradient that is. */
  public static void scoreNotFinite(int iteration, double score, double norm) {
    log.warn(
        "The score is {} at iteration {}, but the gradient is finite, with normBeforeClip={}: the step"
            + " is no incident and is applied. Look for a log or a division by 0 in the loss, for"
            + " parameters that are not finite and yet penalized by L1 or L2, and in HALF for a loss"
            + " that sums up to more than 65504. This is said once for a network.",
        score,
        iteration,
        Numbers.format(norm));
  }

  /**
   * Warns that gradients are next to nothing.
   *
   * @param bound the largest norm that counts as such
   * @param steps how many steps it has been
   * @param incident how many such rows there have been on this network, this one included
   */
  static void vanishing(ClipReport report, double bound, int steps, long incident) {
    if (Long.bitCount(incident) == 1) {
      log.warn(
          "Vanishing gradients: normBeforeClip was at most {} for {} steps in a row, up to"
              + " iteration {} with {}. Hardly anything is learnt from them. Common causes: dead"
              + " ReLUs, saturated activations, masks that hide every label, a loss that does not"
              + " depend on the parameters; a run that has converged ends like this, too. Change"
              + " this with warnWhenVanishing.{}",
          Numbers.format(bound),
          steps,
          report.iteration(),
          Numbers.format(report.norm()),
          heldBack(incident));
    }
  }

  /**
   * Warns that a bound clips almost always.
   *
   * @param clipped the clipped steps of the window that ends with this report
   * @param steps the steps of that window
   * @param norms the norms of that window before clipping that are numbers, ascending
   */
  static void clippingAlmostAlways(ClipReport report, int clipped, int steps, double[] norms) {
    log.warn(
        "Clipping almost always: {} of the last {} steps, up to iteration {}. Such a threshold acts"
            + " as a learning rate. In these steps normBeforeClip p10={} p50={} p90={} p99={}"
            + " largest={} at maxNorm={}. To clip only what stands out, set a maxNorm of about p90."
            + " This is said once; change it with warnWhenAlmostAlwaysClipping.",
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

  /** Returns the percentile of the nearest rank. */
  private static String percentile(double[] ascending, double share) {
    if (ascending.length == 0) {
      return Numbers.NONE;
    }
    int rank = (int) Math.ceil(share * ascending.length);
    return Numbers.format(ascending[Math.max(rank, 1) - 1]);
  }

  /**
   * Says at DEBUG that a step was skipped because its loss was scaled too much: with loss scaling
   * such steps are expected.
   *
   * @param scale the scale of that step
   * @param next what was made of it
   */
  public static void overflowed(int iteration, double scale, LossScaleStatus next) {
    if (log.isDebugEnabled()) {
      log.debug(
          "iteration={} overflowed at lossScale={}: skipped, lossScale={} from now on,"
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
    return " Incident " + incident + " on this network, " + quiet + " since the last such line.";
  }

  private static String join(Map<String, Double> norms) {
    return norms.entrySet().stream()
        .map(norm -> norm.getKey() + "=" + Numbers.format(norm.getValue()))
        .collect(Collectors.joining(" "));
  }
}
