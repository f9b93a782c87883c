package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import java.util.Objects;

/**
 * Scales the whole gradient down if its norm exceeds a bound that a schedule sets, for a warm-up or
 * a decay. Apart from that, it works like {@link GlobalNormRule}, which also describes how its
 * epsilon of 1e-6 affects small bounds.
 *
 * @param schedule the bound at each step
 * @param normType the type of the norm that is bounded
 */
public record ScheduledNormRule(NormSchedule schedule, NormType normType) implements ClipRule {

  /** Checks that neither is null. */
  public ScheduledNormRule {
    Objects.requireNonNull(schedule, "schedule must not be null");
    Objects.requireNonNull(normType, "normType must not be null");
  }

  @Override
  public boolean boundsWhole() {
    return true;
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    return gradient -> {
      double maxNorm = at(gradient.iteration(), gradient.epoch());
      return GlobalNormRule.decide(maxNorm, gradient.norm());
    };
  }

  private double at(int iteration, int epoch) {
    double maxNorm = schedule.maxNorm(iteration, epoch);
    if (!(maxNorm > 0) || !Double.isFinite(maxNorm)) {
      throw new IllegalStateException(
          "maxNorm must be finite and > 0, but the schedule "
              + schedule
              + " returned "
              + maxNorm
              + " at iteration "
              + iteration
              + ", epoch "
              + epoch
              + ". The parameters are unchanged.");
    }
    return maxNorm;
  }

  @Override
  public String toString() {
    return "globalNorm(maxNorm=" + schedule + ", normType=" + normType + ")";
  }
}
