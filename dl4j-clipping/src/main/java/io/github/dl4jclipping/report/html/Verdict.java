package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.report.ThresholdAdvice;
import io.github.dl4jclipping.report.ThresholdAdvisor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Says how a run went, in a headline and a few sentences.
 *
 * @param level how good that is
 * @param details what it follows from, most important first
 */
record Verdict(Level level, String headline, List<String> details) {

  enum Level {
    NONE,
    GOOD,
    WARNING,
    BAD;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final double MOST = 0.5;

  /** How many times the median a norm is that has exploded, or that nothing ordinary explains. */
  private static final double EXPLOSION = 10;

  private static final double OUTLIER = 100;

  static Verdict of(Run run) {
    ClipReport broken = run.firstNonFinite();
    if (broken != null) {
      return nonFinite(run, broken);
    }
    ClipReport scoreless = run.firstWithoutScore();
    if (scoreless != null) {
      return new Verdict(
          Level.BAD,
          "The score is not finite since iteration " + scoreless.iteration(),
          List.of(
              "The gradients are finite all the same.",
              "Common causes: NaN in the labels, a log or a division by 0 in the loss."));
    }
    return run.summary().steps() == 0
        ? new Verdict(Level.NONE, "No steps yet", List.of("Nothing was reported so far."))
        : finite(run);
  }

  private static Verdict nonFinite(Run run, ClipReport first) {
    ClipSummary all = run.summary();
    boolean survived =
        first.outcome() == StepOutcome.SKIPPED || first.outcome() == StepOutcome.ZEROED;
    boolean ended = all.raised() > 0;
    List<String> details = new ArrayList<>();
    run.incidents.first().ifPresent(incident -> details.add(sentence(incident.verdict())));
    details.add(before(run, first));
    details.add(score(first));
    if (all.nonFinite() > 1) {
      details.add(
          Words.count(all.nonFinite())
              + " of "
              + Words.count(all.steps(), "step")
              + " were not finite.");
    }
    return new Verdict(
        survived && !ended ? Level.WARNING : Level.BAD,
        "Iteration "
            + first.iteration()
            + " was the first non-finite one: "
            + became(first.outcome()),
        details);
  }

  private static String sentence(String text) {
    return text.endsWith(".") ? text : text + ".";
  }

  private static String became(StepOutcome outcome) {
    return switch (outcome) {
      case RAISED -> "training stopped there";
      case SKIPPED -> "it was skipped";
      case ZEROED -> "its broken elements became 0";
      case PASSED_NON_FINITE, UNCHANGED, SCALED_UP, CLIPPED, OVERFLOWED ->
          "it was applied as it was";
    };
  }

  private static String before(Run run, ClipReport first) {
    ClipReport before = run.lastFiniteBefore();
    if (before == null) {
      return "No finite step came before it. Look at the data, the first parameters and the loss.";
    }
    String norm =
        "the norm was "
            + Words.number(before.norm())
            + " at iteration "
            + before.iteration()
            + ", "
            + timesMedian(before.norm() / run.medianBefore());
    return before.norm() > EXPLOSION * run.medianBefore()
        ? "The gradient had exploded before: "
            + norm
            + ". Try a lower learning rate"
            + (Double.isFinite(first.maxNorm()) ? " or a lower bound." : " or a bound.")
        : "The gradient had been ordinary until then: "
            + norm
            + ". Look at the data of this step and at the loss.";
  }

  private static String timesMedian(double times) {
    return times < EXPLOSION
        ? "near the median of the run so far"
        : Words.number(times) + " times the median of the run so far";
  }

  private static String score(ClipReport first) {
    return Double.isFinite(first.score())
        ? "The score of this step was finite, "
            + Words.number(first.score())
            + ": what broke is the backward pass."
        : "The score of this step was "
            + Words.number(first.score())
            + ": the forward pass was broken already.";
  }

  private static Verdict finite(Run run) {
    ClipSummary all = run.summary();
    ThresholdAdvice advice = run.advisor.advice();
    String counts =
        Words.count(all.steps(), "step") + ", " + Words.percent(all.clippedShare()) + " clipped";
    if (all.clippedShare() > MOST && advice.hasSuggestion()) {
      return new Verdict(
          Level.WARNING,
          "Clips most steps: " + counts,
          List.of(
              "The bound sets the size of most steps, as much as the learning rate does.",
              largest(run)));
    }
    if (isOutlier(run.largest(), advice)) {
      return new Verdict(
          Level.WARNING,
          "Unstable: " + counts + ", and nothing bounded the largest norm",
          List.of(largest(run), "Nothing was lost yet, but a bound would keep such steps short."));
    }
    boolean isShort = all.steps() < ThresholdAdvisor.MIN_STEPS;
    return new Verdict(
        Level.GOOD, (isShort ? "Finite so far: " : "Healthy: ") + counts, List.of(largest(run)));
  }

  private static boolean isOutlier(@Nullable ClipReport largest, ThresholdAdvice advice) {
    return largest != null
        && largest.outcome() == StepOutcome.UNCHANGED
        && largest.norm() > OUTLIER * advice.p50();
  }

  private static String largest(Run run) {
    ClipReport largest = run.largest();
    if (largest == null) {
      return "Every norm is beyond the range of a double.";
    }
    return "All gradients are finite. The largest norm was "
        + Words.number(largest.norm())
        + " at iteration "
        + largest.iteration()
        + (largest.isClipped() && Double.isFinite(largest.maxNorm())
            ? ", cut to " + Words.number(largest.clippedNorm()) + "."
            : ".");
  }
}
