package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.internal.report.AlarmSettings;
import io.github.dl4jclipping.internal.report.Audience;
import io.github.dl4jclipping.internal.report.ClippingLog;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.UpdateRatios;
import io.github.dl4jclipping.rule.NoRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds each step's report and hands it to the audiences, the log and the network's state. */
public final class StepReporter {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  /** How often observers are asked whether they want the ratios of an update, in iterations. */
  private static final int UPDATES_EVERY = 10;

  private final Network network;
  private final ClippingSettings settings;
  private final ClippingState state;
  private final Precision precision;
  private final List<String> parameterNames;
  private final List<Audience> audiences = new CopyOnWriteArrayList<>();
  private boolean reported;

  StepReporter(
      Network network,
      ClippingSettings settings,
      Precision precision,
      List<String> parameterNames) {
    this.network = network;
    this.settings = settings;
    this.state = network.state();
    this.precision = precision;
    this.parameterNames = parameterNames;
  }

  /**
   * Adds an audience, unless it was added before. Audiences that join between two steps replace the
   * earlier ones, so that a replaced listener receives no more reports. If none joins, the earlier
   * ones stay.
   */
  public void join(Audience audience) {
    if (reported) {
      audiences.clear();
      reported = false;
    }
    if (!audiences.contains(audience)) {
      audiences.add(audience);
    }
  }

  private boolean wantsParameterNorms() {
    return settings.parameterNorms()
        || ClippingLog.wantsParameterNorms()
        || audiences.stream().anyMatch(Audience::wantsParameterNorms);
  }

  /** Reports a step, whatever its outcome. */
  void report(Update update, Norms norms, Clipped clipped) {
    double score = network.score();
    boolean finite = clipped.outcome().isApplied() && !clipped.outcome().isNonFinite();
    if (!Double.isFinite(score) && finite && state.isNew("score")) {
      ClippingLog.scoreNotFinite(update.iteration(), score, norms.global());
    }
    ClipReport report =
        new ClipReport(
            update.iteration(),
            update.epoch(),
            score,
            norms.global(),
            clipped.clippedNorm(),
            clipped.coefficient(),
            clipped.maxNorm(),
            clipped.outcome(),
            parameterNorms(norms),
            Thread.currentThread().getName(),
            clipped.parts(),
            precision.status());
    reported = true;
    state.keep(report);
    state.window().add(report);
    audiences.stream()
        .findFirst()
        .ifPresent(audience -> state.alarms().add(report, alarms(audience)));
    state.recentSteps().add(report.iteration(), report.score(), report.norm());
    audiences.forEach(audience -> audience.tell(observer -> observer.onStep(report)));
    if (audiences.stream().anyMatch(audience -> audience.wantsLine(update.iteration()))) {
      ClippingLog.step(report, state.window());
      state.window().reset();
    }
  }

  /** Returns whether the ratios of an update are to be measured and reported. */
  boolean wantsUpdateRatios(Update update) {
    return update.iteration() % UPDATES_EVERY == 0
        && audiences.stream().anyMatch(Audience::wantsUpdateRatios);
  }

  /** Reports the ratios of an update to the observers that want them. */
  void updated(UpdateRatios ratios) {
    audiences.forEach(
        audience ->
            audience.tell(
                observer -> {
                  if (observer.wantsUpdateRatios()) {
                    observer.onUpdate(ratios);
                  }
                }));
  }

  /**
   * Reports a non-finite gradient to the audiences while the network is as it was before the step.
   */
  void tellNonFinite(NonFiniteReport report, boolean external) {
    audiences.forEach(
        audience -> audience.tell(observer -> network.tell(observer, report, external)));
  }

  /** Warns once of each problem with DL4J's normalization of layers. */
  void warnOfLayerNormalization(boolean externalGradient) {
    if (!(settings.rule() instanceof NoRule) && state.isNew("layer normalization")) {
      log.warn(
          "A layer has its own GradientNormalization. It is applied first; the global norm is"
              + " measured and clipped after it. Remove it unless you want both.");
    }
    if (precision.scalesLoss() && state.isNew("layer normalization in HALF")) {
      log.warn(
          "A layer has its own GradientNormalization. Under loss scaling the gradient is divided"
              + " by the scale before the normalization, in the network's own precision, so small"
              + " elements are lost in HALF. To keep them, remove the GradientNormalization and"
              + " use master weights.");
    }
    if (externalGradient
        && network.normalizationMissesExternalGradients()
        && state.isNew("external layer normalization")) {
      log.warn(
          "A layer's GradientNormalization has no effect, because the gradient comes from"
              + " another network: DL4J normalizes this network's own gradient instead. Remove"
              + " the GradientNormalization, or normalize in the other network.");
    }
  }

  /**
   * Returns the alarms that apply; there is none for constant clipping if the rule is meant to clip
   * almost every step or has several stages.
   */
  private AlarmSettings alarms(Audience audience) {
    return settings.rule().clipsMostSteps() || settings.rule().stages().size() > 1
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
