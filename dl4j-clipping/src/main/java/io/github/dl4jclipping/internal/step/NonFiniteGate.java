package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.internal.forensics.NonFiniteFinder;
import io.github.dl4jclipping.internal.forensics.OriginFinder;
import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.norm.GradientRescaling;
import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.internal.precision.LossScale;
import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.precision.ScaledStep;
import io.github.dl4jclipping.internal.report.ClippingLog;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.List;

/** Lets finite gradients pass, and applies the policy to non-finite ones. */
final class NonFiniteGate {

  private final Network network;
  private final ClippingSettings settings;
  private final ClippingState state;
  private final Precision precision;
  private final StepReporter reporter;

  NonFiniteGate(
      Network network, ClippingSettings settings, Precision precision, StepReporter reporter) {
    this.network = network;
    this.settings = settings;
    this.state = network.state();
    this.precision = precision;
    this.reporter = reporter;
  }

  /** Decides what to do with a gradient. */
  Admission admit(GradientViews views, Norms norms, Update update) {
    if (norms.finite()) {
      precision.good();
      state.endSkips();
      return new Admission.Finite();
    }
    return precision.absorbs(network::isForwardBroken)
        ? overflowed(update)
        : nonFinite(views, update);
  }

  /** Drops a gradient that the loss scale made overflow, whatever the policy is. */
  private Admission overflowed(Update update) {
    ScaledStep step = precision.scaledStep();
    LossScale scale = precision.lossScale();
    if (step != null && scale != null) {
      ClippingLog.overflowed(update.iteration(), step.scale(), scale.status());
    }
    if (!Double.isFinite(network.score())) {
      network.forgetSequence(); // the forward pass was non-finite, too
    }
    return new Admission.Dropped(StepOutcome.OVERFLOWED);
  }

  private Admission nonFinite(GradientViews views, Update update) {
    boolean external = !views.isOf(network.gradient());
    long incident = state.countIncident();
    int skips = settings.policy() == NonFinitePolicy.SKIP ? state.countSkip() : 0;
    boolean raises =
        settings.policy() == NonFinitePolicy.RAISE || skips > settings.maxConsecutiveSkips();
    NonFiniteReport report = investigate(views, update, external, incident, raises);
    reporter.tellNonFinite(report, external);
    if (settings.policy() != NonFinitePolicy.WARN) {
      network.forgetSequence();
    }
    return switch (settings.policy()) {
      case RAISE -> raised(report, raiseAdvice(report));
      case WARN -> {
        ClippingLog.nonFinite(
            report,
            incident,
            "It was applied unclipped, as nonFinite=WARN requests. " + report.remedy());
        yield new Admission.PassedOn();
      }
      case SKIP -> {
        if (raises) {
          yield raised(report, budgetAdvice(report));
        }
        ClippingLog.nonFinite(
            report,
            incident,
            "The step was skipped; nothing was applied. This is consecutive skip "
                + skips
                + " of at most "
                + settings.maxConsecutiveSkips()
                + ". "
                + report.remedy());
        yield new Admission.Dropped(StepOutcome.SKIPPED);
      }
      case ZERO -> {
        ClippingLog.nonFinite(
            report,
            incident,
            "The non-finite elements were set to 0; the rest is clipped and applied. "
                + report.remedy());
        GradientRescaling.zeroNonFinite(views.participants());
        GradientRescaling.zeroNonFinite(views.watched());
        yield new Admission.Zeroed();
      }
    };
  }

  private static Admission raised(NonFiniteReport report, String advice) {
    return new Admission.Raised(new NonFiniteGradientException(advice, report));
  }

  /**
   * Builds the report while the network is as it was before the step. A step that raises always
   * looks for the origin, if forensics is on.
   */
  private NonFiniteReport investigate(
      GradientViews views, Update update, boolean external, long incident, boolean raises) {
    List<NonFiniteParameter> broken = NonFiniteFinder.find(views);
    Origin origin;
    if (!settings.forensics()) {
      origin = OriginFinder.notSought();
    } else if (!raises && !OriginFinder.isSought(incident)) {
      origin = OriginFinder.notSoughtAgain(incident);
    } else {
      origin = network.findOrigin(broken, external, precision.scaledStep());
    }
    return new NonFiniteReport(
        update.iteration(),
        update.epoch(),
        network.score(),
        broken,
        origin,
        state.recentSteps().points());
  }

  private static String raiseAdvice(NonFiniteReport report) {
    return "Nothing was applied: the network is as it was before this step and can continue"
        + " training. "
        + report.remedy()
        + " To skip such steps instead of stopping the run, set nonFinite(NonFinitePolicy.SKIP).";
  }

  private String budgetAdvice(NonFiniteReport report) {
    return "Nothing was applied: the network is as it was before this step. This would be one"
        + " more than the "
        + settings.maxConsecutiveSkips()
        + " consecutive skips that maxConsecutiveSkips allows. "
        + report.remedy();
  }
}
