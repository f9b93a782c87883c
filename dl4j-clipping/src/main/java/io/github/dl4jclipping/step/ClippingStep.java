package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.ArrayChecks;
import io.github.dl4jclipping.norm.GradientLayout;
import io.github.dl4jclipping.norm.GradientViews;
import io.github.dl4jclipping.norm.ParameterRole;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.RuleParameter;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.gradient.Gradient;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The order of one step: measure, decide, rescale, report, update.
 *
 * <p>Belongs to one {@link Host} and runs under its lock.
 */
final class ClippingStep {

  private final Host host;
  private final ClippingPlan plan;
  private final ClippingState state;
  private final GradientViews own;
  private final Stages stages;
  private final StepReporter reporter;
  private final NonFiniteGate gate;
  private final @Nullable LossScaler scaler;
  private final Precision precision;
  private final double[] parameterNorms;

  ClippingStep(Host host, ClippingPlan plan, GradientLayout whole, Mixed mixed) {
    GradientLayout layout = whole.excluding(plan.excluded());
    List<RuleParameter> parameters =
        layout.parameters(ParameterRole.GRADIENT).stream()
            .map(p -> new RuleParameter(p.name(), p.layer(), p.length()))
            .toList();
    List<String> names = parameters.stream().map(RuleParameter::name).toList();
    ClipRule rule = layout.isPretraining() ? plan.rule().forSome(parameters) : plan.rule();
    this.host = host;
    this.plan = plan;
    this.state = ClippingState.of(host.getNetwork());
    this.own = GradientViews.of(layout, host.getFlattenedGradientsView());
    this.stages =
        new Stages(
            rule,
            state.histories().of(rule, parameters, host.getNetwork()),
            rule.stages().stream().anyMatch(ClipRule::needsUnitNorms)
                ? Optional.of(new UnitMeter(host.getNetwork(), layout))
                : Optional.empty(),
            names.size());
    this.scaler = mixed.scaler();
    this.precision = new Precision(host, layout, mixed.master());
    this.reporter = new StepReporter(host, plan, state, scaler, names);
    this.gate = new NonFiniteGate(host, plan, state, reporter);
    this.parameterNorms = new double[names.size()];
    state.hasStep();
  }

  ClippingPlan plan() {
    return plan;
  }

  StepReporter reporter() {
    return reporter;
  }

  /** Returns whether the settings ask for a scaled loss. */
  boolean scalesLoss() {
    return scaler != null;
  }

  /** Scales the loss of the pass that begins, where the settings say so. */
  void beginPass() {
    if (scaler != null) {
      scaler.beginPass();
    }
  }

  /** Leaves the loss of a pass alone whose gradient is not for this step. */
  void forgetPass() {
    if (scaler != null) {
      scaler.forgetPass();
    }
  }

  /** Ends the scaling of the loss: the gradient is computed. */
  void endPass() {
    if (scaler != null) {
      scaler.endPass();
    }
  }

  /** Divides a gradient by what its loss was multiplied by, where it will not come to this step. */
  void giveUpPass() {
    if (scaler != null) {
      scaler.endPass();
      double factor = scaler.giveUpFactor();
      if (factor != 1) {
        new Division(1, factor).apply(own);
      }
    }
  }

  /** Runs one step, which whoever saves or restores waits for. */
  void run(Gradient gradient, Update update) {
    synchronized (state) {
      state.expectStep(false);
      state.histories().step(host.getNetwork());
      step(gradient, update);
    }
  }

  private void step(Gradient gradient, Update update) {
    GradientViews views = viewsOf(gradient);
    double lossFactor = scaler == null ? 1 : scaler.takeFactor(gradient, views == own);
    Division division = new Division(host.divisor(update), lossFactor);
    Norms norms = measure(views, division);
    boolean zeroed = !norms.finite();
    if (zeroed) {
      if (scaler != null && scaler.absorbs(update)) {
        gate.overflowed(views, norms, update);
        return;
      }
      switch (gate.admit(views, norms, update)) {
        case NOT -> {
          return;
        }
        case AS_IT_IS -> {
          passOn(gradient, views, division, update);
          return;
        }
        case ZEROED -> norms = measure(views, division);
      }
    } else if (scaler != null) {
      scaler.good();
    }
    gate.endSkips();
    if (host.normalizesLayers()) {
      reporter.warnOfLayerNormalization(views != own);
      division.apply(views);
      host.normalize(gradient, update);
      division = Division.DONE;
      norms = measure(views, division);
    }
    GradientViews worked = precision.widen(views);
    Applied applied = stages.apply(worked, division, norms, update);
    reporter.applied(update, norms, applied, zeroed ? StepOutcome.ZEROED : applied.outcome());
    precision.update(gradient, worked, update);
  }

  /** Hands a gradient to the updater that nothing clips. */
  private void passOn(Gradient gradient, GradientViews views, Division division, Update update) {
    if (host.normalizesLayers()) {
      division.apply(views);
      host.normalize(gradient, update);
      precision.update(gradient, precision.widen(views), update);
    } else {
      GradientViews worked = precision.widen(views);
      division.apply(worked);
      precision.update(gradient, worked, update);
    }
  }

  private Norms measure(GradientViews views, Division division) {
    return Norms.measure(views, plan.rule().normType(), division.whole(), parameterNorms);
  }

  /** Returns the network's own views, or views of a gradient that another network computed. */
  private GradientViews viewsOf(Gradient gradient) {
    INDArray flat = gradient.gradient();
    ArrayChecks.requireOwnMemory(() -> "gradient", flat);
    if (own.isOf(flat)) {
      return own;
    }
    GradientViews views = GradientViews.of(own.layout(), flat);
    if (!views.isOf(gradient.gradient())) {
      throw new IllegalArgumentException(
          "gradient must be contiguous, but is a view that cannot be flattened in place: pass a"
              + " copy of it, gradient.dup()");
    }
    return views;
  }
}
