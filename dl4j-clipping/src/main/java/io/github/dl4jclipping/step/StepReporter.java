package io.github.dl4jclipping.step;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.forensics.ScaledStep;
import io.github.dl4jclipping.report.AlarmSettings;
import io.github.dl4jclipping.report.Audience;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClippingLog;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipPart;
import io.github.dl4jclipping.rule.NoRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds each step's report and hands it to the audiences, the log and the network's state. */
final class StepReporter {

  private static final Logger log = LoggerFactory.getLogger(ClippingLog.NAME);

  private final Host host;
  private final ClippingPlan plan;
  private final ClippingState state;
  private final @Nullable LossScaler scaler;
  private final List<String> parameterNames;
  private final List<Audience> audiences = new CopyOnWriteArrayList<>();
  private boolean reported;

  StepReporter(
      Host host,
      ClippingPlan plan,
      ClippingState state,
      @Nullable LossScaler scaler,
      List<String> parameterNames) {
    this.host = host;
    this.plan = plan;
    this.state = state;
    this.scaler = scaler;
    this.parameterNames = parameterNames;
  }

  /**
   * Adds an audience, once. Those who join between two steps take the place of those before them,
   * so that a listener that was replaced hears no more; where nobody joins, the last ones stay.
   */
  void join(Audience audience) {
    if (reported) {
      audiences.clear();
      reported = false;
    }
    if (!audiences.contains(audience)) {
      audiences.add(audience);
    }
  }

  boolean wantsParameterNorms() {
    return plan.parameterNorms()
        || ClippingLog.wantsParameterNorms()
        || audiences.stream().anyMatch(Audience::wantsParameterNorms);
  }

  /** Reports a step that is applied. */
  void applied(Update update, Norms norms, Applied applied, StepOutcome outcome) {
    double score = host.getNetwork().score();
    if (!Double.isFinite(score) && outcome != StepOutcome.ZEROED && state.isNew("score")) {
      ClippingLog.scoreNotFinite(update.iteration(), score, norms.global());
    }
    report(
        update,
        norms,
        applied.rescaled().clippedNorm(),
        applied.rescaled().coefficient(),
        applied.maxNorm(),
        outcome,
        applied.parts());
  }

  /** Reports a step on whose gradient no rule decided. */
  void undecided(
      Update update, Norms norms, double clippedNorm, double coefficient, StepOutcome outcome) {
    report(update, norms, clippedNorm, coefficient, plan.rule().maxNorm(), outcome, List.of());
  }

  /** Tells the audiences of a non-finite gradient, while the network is as the step found it. */
  void tellNonFinite(NonFiniteReport report, boolean external) {
    Model network = host.getNetwork();
    audiences.forEach(
        audience ->
            audience.tell(
                observer ->
                    observer.onNonFinite(
                        report,
                        network,
                        external,
                        file -> SavedHistory.saveWithin(network, file))));
  }

  /** Returns how the loss of this step was scaled; null where it was not. */
  @Nullable ScaledStep scaledStep() {
    return scaler == null ? null : scaler.step();
  }

  /** Warns once that DL4J normalizes layers before this library clips. */
  void warnOfLayerNormalization(boolean externalGradient) {
    if (!(plan.rule() instanceof NoRule) && state.isNew("layer normalization")) {
      log.warn(
          "A layer has a GradientNormalization of its own: it is applied first, and the global norm"
              + " is measured and clipped after it. Remove it unless you want both.");
    }
    if (scaler != null && state.isNew("layer normalization in HALF")) {
      log.warn(
          "A layer has a GradientNormalization of its own: under loss scaling the gradient is divided"
              + " by the scale before it, in the network's own precision, so that small elements are"
              + " lost in HALF.");
    }
    if (externalGradient
        && host.normalizationMissesExternalGradients()
        && state.isNew("external layer normalization")) {
      log.warn(
          "The gradient comes from another network, and DL4J applies a layer's GradientNormalization"
              + " to this network's own gradient instead: it has no effect here.");
    }
  }

  private void report(
      Update update,
      Norms norms,
      double clippedNorm,
      double coefficient,
      double maxNorm,
      StepOutcome outcome,
      List<ClipPart> parts) {
    ClipReport report =
        new ClipReport(
            update.iteration(),
            update.epoch(),
            host.getNetwork().score(),
            norms.global(),
            clippedNorm,
            coefficient,
            maxNorm,
            outcome,
            parameterNorms(norms),
            Thread.currentThread().getName(),
            parts,
            scaler == null ? null : scaler.status());
    reported = true;
    state.lastReport(report);
    state.window().add(report);
    audiences.stream()
        .findFirst()
        .ifPresent(audience -> state.alarms().add(report, alarms(audience)));
    state.history().add(report.iteration(), report.score(), report.norm());
    audiences.forEach(audience -> audience.tell(observer -> observer.onStep(report)));
    if (audiences.stream().anyMatch(audience -> audience.wantsLine(update.iteration()))) {
      ClippingLog.step(report, state.window());
      state.window().reset();
    }
  }

  /** A rule that is meant to clip almost every step is no cause, nor stages without that bound. */
  private AlarmSettings alarms(Audience audience) {
    return plan.rule().clipsMostSteps() || plan.rule().stages().size() > 1
        ? audience.alarms().withoutClipping()
        : audience.alarms();
  }

  private Map<String, Double> parameterNorms(Norms norms) {
    if (!wantsParameterNorms()) {
      return Map.of();
    }
    Map<String, Double> byName = new LinkedHashMap<>();
    for (int i = 0; i < norms.byParameter().length; i++) {
      byName.put(parameterNames.get(i), norms.byParameter()[i]);
    }
    return byName;
  }
}
