package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.memory.ClippingState;
import io.github.dl4jclipping.internal.norm.ArrayChecks;
import io.github.dl4jclipping.internal.norm.GradientLayout;
import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.internal.norm.ParameterRole;
import io.github.dl4jclipping.internal.precision.Division;
import io.github.dl4jclipping.internal.precision.Precision;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.RuleParameter;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs one step in this order: gradient, norm, decision, rescaling, report, update.
 *
 * <p>Each updater has its own, which runs under the updater's lock.
 */
public final class ClippingStep {

  private final Network network;
  private final ClippingSettings settings;
  private final ClippingState state;
  private final Precision precision;
  private final GradientViews own;
  private final Stages stages;
  private final StepReporter reporter;
  private final NonFiniteGate gate;
  private final UpdateMeter updates;
  private final double[] parameterNorms;

  /**
   * Prepares the steps of a network.
   *
   * @param whole the layout of the network's flat gradient
   * @throws IllegalStateException if the settings do not suit the network's parameters
   */
  public ClippingStep(
      Network network, ClippingSettings settings, GradientLayout whole, Precision precision) {
    GradientLayout layout = whole.excluding(settings.excluded());
    List<RuleParameter> parameters =
        layout.parameters(ParameterRole.GRADIENT).stream()
            .map(p -> new RuleParameter(p.name(), p.layer(), p.length()))
            .toList();
    List<String> names = parameters.stream().map(RuleParameter::name).toList();
    ClipRule rule = layout.isPretraining() ? settings.rule().forSome(parameters) : settings.rule();
    this.network = network;
    this.settings = settings;
    this.state = network.state();
    this.precision = precision;
    this.own = GradientViews.of(layout, network.gradient());
    this.stages =
        new Stages(
            rule,
            state.rule().statesOf(rule, parameters, network.progress()),
            rule.stages().stream().anyMatch(ClipRule::needsUnitNorms)
                ? Optional.of(new UnitMeter(network, layout))
                : Optional.empty(),
            names.size());
    this.reporter = new StepReporter(network, settings, precision, names);
    this.gate = new NonFiniteGate(network, settings, precision, reporter);
    this.updates = new UpdateMeter(network, layout, names);
    this.parameterNorms = new double[names.size()];
    state.hasStep();
  }

  /** Returns the settings. */
  public ClippingSettings settings() {
    return settings;
  }

  /** Returns the precision in which this step works. */
  public Precision precision() {
    return precision;
  }

  /** Returns the reporter of this step. */
  public StepReporter reporter() {
    return reporter;
  }

  /** Unscales a gradient with a scaled loss that will never reach this step. */
  public void giveUpPass() {
    precision.endPass();
    double factor = precision.giveUpFactor();
    if (factor != 1) {
      new Division(1, factor).apply(own);
    }
  }

  /** Runs one step under the lock of the state, so that saving and restoring wait for it. */
  public void run(Update update) {
    synchronized (state) {
      state.expectStep(false);
      state.rule().step(network.progress());
      step(update);
    }
  }

  private void step(Update update) {
    GradientViews views = viewsOf(update);
    Division division = division(update, views);
    Norms norms = measure(views, division);
    Admission admission = gate.admit(views, norms, update);
    if (admission instanceof Admission.Zeroed) {
      norms = measure(views, division);
    }
    if (admission.isApplied() && network.normalizesLayers()) {
      division = normalize(update, views, division);
      norms = admission instanceof Admission.PassedOn ? norms : measure(views, division);
    }
    GradientViews worked = admission.isApplied() ? precision.widen(views) : views;
    reporter.report(update, norms, clip(admission, worked, division, norms, update));
    finish(admission, views, worked, update);
  }

  /** Returns the views of the network's own gradient, or new views of a gradient from elsewhere. */
  private GradientViews viewsOf(Update update) {
    INDArray flat = update.gradient();
    ArrayChecks.requireOwnMemory(() -> "gradient", flat);
    if (own.isOf(flat)) {
      return own;
    }
    GradientViews views = GradientViews.of(own.layout(), flat);
    if (!views.isOf(update.gradient())) {
      throw new IllegalArgumentException(
          "gradient must be contiguous, but is a view that cannot be flattened in place. Pass a"
              + " copy, gradient.dup().");
    }
    return views;
  }

  @SuppressWarnings("ReferenceEquality") // views of the network's own gradient are cut once
  private Division division(Update update, GradientViews views) {
    return new Division(update.divisor(), precision.takeFactor(update.passedIn(), views == own));
  }

  private Norms measure(GradientViews views, Division division) {
    return Norms.measure(views, settings.rule().normType(), division.whole(), parameterNorms);
  }

  /** Divides the gradient and runs DL4J's normalization of layers, which come before clipping. */
  @SuppressWarnings("ReferenceEquality") // views of the network's own gradient are cut once
  private Division normalize(Update update, GradientViews views, Division division) {
    reporter.warnOfLayerNormalization(views != own);
    division.apply(views);
    update.normalize();
    return Division.DONE;
  }

  private Clipped clip(
      Admission admission, GradientViews worked, Division division, Norms norms, Update update) {
    double maxNorm = settings.rule().maxNorm();
    return admission.clip(
        maxNorm,
        () -> stages.apply(worked, division, norms, update),
        () -> {
          division.apply(worked);
          return new Clipped(norms.global(), 1, maxNorm, StepOutcome.PASSED_NON_FINITE);
        });
  }

  private void finish(
      Admission admission, GradientViews views, GradientViews worked, Update update) {
    admission.finish(
        () -> {
          precision.update(network.parameters(), views, worked, update);
          if (reporter.wantsUpdateRatios(update)) {
            reporter.updated(updates.measure(views, update.iteration()));
          }
        },
        () -> views.flat().assign(0)); // DL4J subtracts this array from the parameters
  }
}
