package io.github.dl4jclipping.step;

import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.NonFiniteFinder;
import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginFinder;
import io.github.dl4jclipping.norm.GradientRescaling;
import io.github.dl4jclipping.norm.GradientViews;
import io.github.dl4jclipping.report.ClippingLog;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.List;

/** Applies the policy to a non-finite gradient. */
final class NonFiniteGate {

  private final Host host;
  private final ClippingPlan plan;
  private final ClippingState state;
  private final StepReporter reporter;

  NonFiniteGate(Host host, ClippingPlan plan, ClippingState state, StepReporter reporter) {
    this.host = host;
    this.plan = plan;
    this.state = state;
    this.reporter = reporter;
  }

  /** How a step goes on. */
  enum Admission {
    /** Not: it ended here, and nothing is applied. */
    NOT,
    /** Its gradient is applied unclipped. */
    AS_IT_IS,
    /** Its gradient is finite now. */
    ZEROED
  }

  /**
   * Decides on a gradient that is not finite.
   *
   * @throws NonFiniteGradientException if the policy says so; nothing of the step was applied
   */
  Admission admit(GradientViews views, Norms norms, Update update) {
    boolean external = !views.isOf(host.getFlattenedGradientsView());
    long incident = state.countIncident();
    int skips = plan.policy() == NonFinitePolicy.SKIP ? state.countSkip() : 0;
    boolean raises = plan.policy() == NonFinitePolicy.RAISE || skips > plan.maxConsecutiveSkips();
    NonFiniteReport report = investigate(views, update, external, incident, raises);
    reporter.tellNonFinite(report, external);
    if (plan.policy() != NonFinitePolicy.WARN) {
      Sequence.forget(host.getNetwork());
    }
    return switch (plan.policy()) {
      case RAISE -> throw raise(report, norms, update, raiseAdvice(report));
      case WARN -> {
        ClippingLog.nonFinite(
            report, incident, "Applied as it is, as nonFinite=WARN asks for. " + report.remedy());
        reporter.undecided(update, norms, norms.global(), 1, StepOutcome.PASSED_NON_FINITE);
        yield Admission.AS_IT_IS;
      }
      case SKIP -> {
        if (raises) {
          throw raise(report, norms, update, budgetAdvice(report));
        }
        ClippingLog.nonFinite(
            report,
            incident,
            "Skipped: nothing was applied (skip "
                + skips
                + " of "
                + plan.maxConsecutiveSkips()
                + " in a row). "
                + report.remedy());
        reporter.undecided(update, norms, 0, 0, StepOutcome.SKIPPED);
        drop(views);
        yield Admission.NOT;
      }
      case ZERO -> {
        ClippingLog.nonFinite(
            report, incident, "Made 0; the rest is clipped and applied. " + report.remedy());
        GradientRescaling.zeroNonFinite(views.participants());
        GradientRescaling.zeroNonFinite(views.watched());
        yield Admission.ZEROED;
      }
    };
  }

  /** Skips a step that the loss scale is to blame for, whatever the policy is. */
  void overflowed(GradientViews views, Norms norms, Update update) {
    if (!Double.isFinite(host.getNetwork().score())) {
      Sequence.forget(host.getNetwork()); // the forward pass was broken, too
    }
    reporter.undecided(update, norms, 0, 0, StepOutcome.OVERFLOWED);
    drop(views);
  }

  /** DL4J subtracts what stands here from the parameters. */
  private static void drop(GradientViews views) {
    views.flat().assign(0);
  }

  /**
   * Looks into the step while everything is as the step found it. What ends training unless
   * somebody catches it always says where it came from.
   */
  private NonFiniteReport investigate(
      GradientViews views, Update update, boolean external, long incident, boolean raises) {
    List<NonFiniteParameter> broken = NonFiniteFinder.find(views);
    Origin origin;
    if (!plan.forensics()) {
      origin = OriginFinder.notSought();
    } else if (!raises && !OriginFinder.isSought(incident)) {
      origin = OriginFinder.notSoughtAgain(incident);
    } else {
      origin = OriginFinder.find(host.getNetwork(), broken, external, reporter.scaledStep());
    }
    return new NonFiniteReport(
        update.iteration(),
        update.epoch(),
        host.getNetwork().score(),
        broken,
        origin,
        state.history().points());
  }

  /** Ends a row of skips: the gradient is finite. */
  void endSkips() {
    state.endSkips();
  }

  private NonFiniteGradientException raise(
      NonFiniteReport report, Norms norms, Update update, String advice) {
    reporter.undecided(update, norms, Double.NaN, Double.NaN, StepOutcome.RAISED);
    return new NonFiniteGradientException(advice, report);
  }

  private static String raiseAdvice(NonFiniteReport report) {
    return "Nothing was applied: the network is as before this step and can train on. "
        + report.remedy()
        + " To lose such steps instead of the run, set nonFinite(NonFinitePolicy.SKIP).";
  }

  private String budgetAdvice(NonFiniteReport report) {
    return "Nothing was applied: the network is as before this step. maxConsecutiveSkips allows "
        + plan.maxConsecutiveSkips()
        + " skips in a row, and this would be one more. "
        + report.remedy();
  }
}
