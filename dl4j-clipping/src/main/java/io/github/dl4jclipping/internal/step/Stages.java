package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.internal.precision.Division;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipPart;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.Decision;
import io.github.dl4jclipping.rule.GradientMeasurement;
import io.github.dl4jclipping.rule.RuleState;
import io.github.dl4jclipping.rule.UnitMeasurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs the stages of a rule in order: each decides on the result of the previous one, and its
 * decision is applied.
 */
final class Stages {

  private final List<ClipRule> rules;
  private final List<RuleState> states;
  private final Optional<UnitMeter> units;
  private final double[] parameterNorms;

  Stages(ClipRule rule, List<RuleState> states, Optional<UnitMeter> units, int parameters) {
    this.rules = rule.stages();
    this.states = states;
    this.units = units;
    this.parameterNorms = new double[parameters];
  }

  /**
   * Applies all stages.
   *
   * @param division the division that is still to be applied to the gradient
   * @param norms the norms of the gradient, of the type that the first stage uses
   */
  Clipped apply(GradientViews views, Division division, Norms norms, Update update) {
    Clipped first = one(0, views, division, norms, update);
    return rules.size() == 1 ? first : others(first, views, norms, update);
  }

  private Clipped others(Clipped first, GradientViews views, Norms norms, Update update) {
    List<ClipPart> parts = new ArrayList<>();
    tell(parts, 0, norms, first);
    double coefficient = first.coefficient();
    double maxNorm = first.maxNorm();
    StepOutcome outcome = first.outcome();
    for (int i = 1; i < rules.size(); i++) {
      Norms left = Norms.measure(views, rules.get(i).normType(), 1, parameterNorms);
      Clipped next = one(i, views, Division.DONE, left, update);
      tell(parts, i, left, next);
      coefficient *= next.coefficient();
      maxNorm = Math.min(maxNorm, boundInReportedNorm(i, next));
      outcome =
          outcome == StepOutcome.CLIPPED || next.outcome() == StepOutcome.UNCHANGED
              ? outcome
              : next.outcome();
    }
    NormType reported = rules.get(0).normType();
    double clippedNorm =
        outcome != StepOutcome.UNCHANGED
            ? GradientNorms.global(views.participants(), reported)
            : norms.global();
    return new Clipped(clippedNorm, coefficient, maxNorm, outcome, parts);
  }

  /** Returns a stage's bound; +Infinity if it bounds another type of norm than the reported one. */
  private double boundInReportedNorm(int stage, Clipped next) {
    boolean same = rules.get(stage).normType().equals(rules.get(0).normType());
    return same ? next.maxNorm() : Double.POSITIVE_INFINITY;
  }

  private Clipped one(
      int stage, GradientViews views, Division division, Norms norms, Update update) {
    Optional<UnitMeasurement> measured =
        rules.get(stage).needsUnitNorms()
            ? units.map(meter -> meter.measure(views, division.whole()))
            : Optional.empty();
    Decision decision =
        states
            .get(stage)
            .decide(
                new GradientMeasurement(
                    update.iteration(),
                    update.epoch(),
                    norms.global(),
                    norms.byParameter(),
                    measured));
    Rescaled rescaled =
        new Rescaling(views, rules.get(stage).normType(), division)
            .apply(decision, norms, measured);
    return new Clipped(
        rescaled.clippedNorm(),
        rescaled.coefficient(),
        decision.maxNorm(),
        rescaled.outcome(),
        decision instanceof Decision.ScaleEach each ? each.parts() : List.of());
  }

  private void tell(List<ClipPart> parts, int stage, Norms before, Clipped next) {
    String number = stage + 1 + ": ";
    parts.add(
        new ClipPart(
            number + rules.get(stage), before.global(), next.coefficient(), next.maxNorm()));
    for (ClipPart part : next.parts()) {
      parts.add(
          new ClipPart(number + part.name(), part.norm(), part.coefficient(), part.maxNorm()));
    }
  }
}
