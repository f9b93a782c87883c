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
import io.github.dl4jclipping.report.StepOutcome;
import java.util.List;
import org.deeplearning4j.nn.gradient.Gradient;

/** Does with a gradient that is not finite what the policy says. */
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

  /**
   * Returns whether the step goes on: then its gradient is finite now. Otherwise the step has ended
   * here.
   *
   * @throws NonFiniteGradientException if the policy says so; nothing of the step was applied
   */
  boolean admits(Gradient gradient, GradientViews views, Norms norms, Update update) {
    boolean external = !views.isOf(host.getFlattenedGradientsView());
    NonFiniteReport report = investigate(views, update, external);
    reporter.tellNonFinite(report, external);
    if (plan.policy() == NonFinitePolicy.WARN) {
      reporter.warnOfNonFinite(
          report, "Applied as it is, as nonFinite=WARN asks for. " + report.remedy());
      reporter.undecided(update, norms, norms.global(), 1, StepOutcome.PASSED_NON_FINITE);
      host.updateAsStock(gradient, update);
      return false;
    }
    Sequence.forget(host.getNetwork());
    switch (plan.policy()) {
      case ZERO -> {
        reporter.warnOfNonFinite(
            report, "Made 0; the rest is clipped and applied. " + report.remedy());
        GradientRescaling.zeroNonFinite(views.participants());
        GradientRescaling.zeroNonFinite(views.watched());
        return true;
      }
      case SKIP -> {
        int skips = state.countSkip();
        if (skips > plan.maxConsecutiveSkips()) {
          raise(report, norms, update, budgetAdvice(report));
        }
        reporter.warnOfNonFinite(
            report,
            "Skipped: nothing was applied (skip "
                + skips
                + " of "
                + plan.maxConsecutiveSkips()
                + " in a row). "
                + report.remedy());
        reporter.undecided(update, norms, 0, 0, StepOutcome.SKIPPED);
        // DL4J subtracts what stands here from the parameters.
        views.flat().assign(0);
        return false;
      }
      default -> throw raise(report, norms, update, raiseAdvice(report));
    }
  }

  /** Looks into the step while everything is as the step found it. */
  private NonFiniteReport investigate(GradientViews views, Update update, boolean external) {
    List<NonFiniteParameter> broken = NonFiniteFinder.find(views);
    Origin origin =
        plan.forensics()
            ? OriginFinder.find(host.getNetwork(), broken, external)
            : OriginFinder.notSought();
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
    throw new NonFiniteGradientException(advice, report);
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
