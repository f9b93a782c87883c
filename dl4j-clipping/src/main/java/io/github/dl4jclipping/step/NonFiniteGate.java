package io.github.dl4jclipping.step;

import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.NonFiniteFinder;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.norm.GradientRescaling;
import io.github.dl4jclipping.norm.GradientViews;
import io.github.dl4jclipping.report.StepOutcome;
import org.deeplearning4j.nn.gradient.Gradient;

/** Does with a gradient that is not finite what the policy says. */
final class NonFiniteGate {

  private static final String CAUSES =
      "Common causes: NaN in the data, a learning rate that is too high, a log or a division by 0 in"
          + " a loss.";

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
    NonFiniteReport report =
        new NonFiniteReport(
            update.iteration(),
            update.epoch(),
            host.getNetwork().score(),
            NonFiniteFinder.find(views));
    if (plan.policy() == NonFinitePolicy.WARN) {
      reporter.nonFinite(report, "Applied as it is, as nonFinite=WARN asks for. " + CAUSES);
      reporter.undecided(update, norms, norms.global(), 1, StepOutcome.PASSED_NON_FINITE);
      host.updateAsStock(gradient, update);
      return false;
    }
    Sequence.forget(host.getNetwork());
    switch (plan.policy()) {
      case ZERO -> {
        reporter.nonFinite(report, "Made 0; the rest is clipped and applied. " + CAUSES);
        GradientRescaling.zeroNonFinite(views.participants());
        GradientRescaling.zeroNonFinite(views.pseudoGradients());
        return true;
      }
      case SKIP -> {
        int skips = state.countSkip();
        if (skips > plan.maxConsecutiveSkips()) {
          raise(report, norms, update, budgetAdvice());
        }
        reporter.nonFinite(
            report,
            "Skipped: nothing was applied (skip "
                + skips
                + " of "
                + plan.maxConsecutiveSkips()
                + " in a row). "
                + CAUSES);
        reporter.undecided(update, norms, 0, 0, StepOutcome.SKIPPED);
        // DL4J subtracts what stands here from the parameters.
        views.flat().assign(0);
        return false;
      }
      default -> throw raise(report, norms, update, raiseAdvice());
    }
  }

  /** Ends a row of skips: the gradient is finite. */
  void endSkips() {
    state.endSkips();
  }

  private NonFiniteGradientException raise(
      NonFiniteReport report, Norms norms, Update update, String advice) {
    reporter.tellNonFinite(report);
    reporter.undecided(update, norms, Double.NaN, Double.NaN, StepOutcome.RAISED);
    throw new NonFiniteGradientException(advice, report);
  }

  private static String raiseAdvice() {
    return "Nothing was applied: the network is as before this step and can train on. "
        + CAUSES
        + " To lose such steps instead of the run, set nonFinite(NonFinitePolicy.SKIP).";
  }

  private String budgetAdvice() {
    return "Nothing was applied: the network is as before this step. maxConsecutiveSkips allows "
        + plan.maxConsecutiveSkips()
        + " skips in a row, and this would be one more. "
        + CAUSES;
  }
}
