package io.github.dl4jclipping.rule;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Scales the whole gradient down where its L2 norm stands out from what it has been: where {@code z
 * = (norm - mean) / (std + 1e-6)} exceeds a threshold, of a running mean and variance.
 *
 * <p>In the warm-up norms are gathered, and only {@code maxNorm} clips. Mean and variance then
 * start from these, and each step adds its norm, or what it was clipped to where it stood out:
 * {@code mean = alpha * mean + (1 - alpha) * norm}, {@code var = alpha * var + (1 - alpha) * (norm
 * - mean)^2} with the new mean. Unlike in the authors' code a norm that is 0 or beyond the range of
 * a double does not enter them.
 *
 * <p>Reference: Kumar, Owen, Chowdhury and Güra, <a href="https://arxiv.org/abs/2504.02507">ZClip:
 * Adaptive Spike Mitigation for LLM Pre-Training</a>, 2025.
 *
 * @param alpha how much of mean and variance each step keeps, greater than 0 and less than 1
 * @param zThreshold how many standard deviations stand out, finite and greater than 0
 * @param warmUp the steps that are only gathered, at least 0
 * @param mode what a norm that stands out is brought down to
 * @param maxNorm a bound that holds besides, greater than 0; +Infinity for none
 */
public record ZClipRule(double alpha, double zThreshold, int warmUp, ZClipMode mode, double maxNorm)
    implements ClipRule {

  /** The authors' defaults: 0.97, 2.5, 25 steps, {@link ZClipMode#ADAPTIVE}, 1. */
  public static final ZClipRule DEFAULT = new ZClipRule(0.97, 2.5, 25, ZClipMode.ADAPTIVE, 1.0);

  private static final double EPSILON = 1e-6;
  private static final String GATHERED = "gathered";
  private static final String MEAN_AND_VARIANCE = "meanAndVariance";

  /** Checks the bounds. */
  public ZClipRule {
    Bounds.between("alpha", alpha, 0, 1);
    Bounds.positive("zThreshold", zThreshold);
    Bounds.steps("warmUp", warmUp);
    Objects.requireNonNull(mode, "mode must not be null");
    Bounds.positiveOrInfinite("maxNorm", maxNorm);
  }

  /** Returns this rule with another {@code alpha}. */
  public ZClipRule withAlpha(double other) {
    return new ZClipRule(other, zThreshold, warmUp, mode, maxNorm);
  }

  /** Returns this rule with another threshold. */
  public ZClipRule withZThreshold(double other) {
    return new ZClipRule(alpha, other, warmUp, mode, maxNorm);
  }

  /** Returns this rule with another warm-up. */
  public ZClipRule withWarmUp(int other) {
    return new ZClipRule(alpha, zThreshold, other, mode, maxNorm);
  }

  /** Returns this rule with another mode. */
  public ZClipRule withMode(ZClipMode other) {
    return new ZClipRule(alpha, zThreshold, warmUp, other, maxNorm);
  }

  /** Returns this rule with another bound besides; +Infinity for none. */
  public ZClipRule withMaxNorm(double other) {
    return new ZClipRule(alpha, zThreshold, warmUp, mode, other);
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    return new Statistics();
  }

  private final class Statistics implements RuleState {

    private double[] gathered = {};
    private boolean warm;
    private double mean;
    private double variance;

    @Override
    public Decision decide(GradientMeasurement gradient) {
      double norm = gradient.norm();
      if (norm == 0 || norm == Double.POSITIVE_INFINITY) {
        return GlobalNormRule.decide(Math.min(maxNorm, Double.MAX_VALUE), norm);
      }
      if (!warm) {
        gather(norm);
        return GlobalNormRule.decide(maxNorm, norm);
      }
      double std = Math.sqrt(variance);
      double z = (norm - mean) / (std + EPSILON);
      boolean standsOut =
          mode == ZClipMode.PERCENTILE ? norm > mean + zThreshold * std : z > zThreshold;
      double wanted = standsOut ? lowered(z, std) : norm;
      double limit = standsOut ? wanted : mean + zThreshold * (std + EPSILON);
      add(wanted);
      double bound = Math.min(limit, maxNorm);
      return norm > bound ? GlobalNormRule.decide(bound, norm) : new Decision.Keep(bound);
    }

    private void gather(double norm) {
      gathered = Arrays.copyOf(gathered, gathered.length + 1);
      gathered[gathered.length - 1] = norm;
      if (gathered.length >= warmUp) {
        mean = Arrays.stream(gathered).average().orElseThrow();
        variance =
            Arrays.stream(gathered).map(x -> (x - mean) * (x - mean)).average().orElseThrow();
        warm = true;
        gathered = new double[0];
      }
    }

    private double lowered(double z, double std) {
      return switch (mode) {
        case ADAPTIVE -> mean + zThreshold * std / (z / zThreshold);
        case MEAN -> mean;
        case PERCENTILE -> mean + zThreshold * std;
      };
    }

    private void add(double norm) {
      mean = alpha * mean + (1 - alpha) * norm;
      variance = alpha * variance + (1 - alpha) * (norm - mean) * (norm - mean);
    }

    @Override
    public Map<String, double[]> save() {
      return Map.of(
          GATHERED,
          gathered.clone(),
          MEAN_AND_VARIANCE,
          warm ? new double[] {mean, variance} : new double[0]);
    }

    @Override
    public void restore(Map<String, double[]> saved) {
      gathered = SavedNumbers.of(saved, GATHERED);
      warm = SavedNumbers.of(saved, MEAN_AND_VARIANCE).length > 0;
      if (warm) {
        double[] both = SavedNumbers.of(saved, MEAN_AND_VARIANCE, 2, 0);
        mean = both[0];
        variance = both[1];
      }
    }
  }

  @Override
  public String toString() {
    return "zClip(alpha="
        + alpha
        + ", zThreshold="
        + zThreshold
        + ", warmUp="
        + warmUp
        + ", mode="
        + mode
        + ", maxNorm="
        + maxNorm
        + ")";
  }
}
