package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Scales the whole gradient down if its L2 norm is an outlier: if {@code z = (norm - mean) / (std +
 * 1e-6)} exceeds a threshold. Mean and variance are running values over the previous norms.
 *
 * <p>In the warm-up, norms are collected, and only {@code maxNorm} clips. Mean and variance start
 * from the collected norms. After that, each step adds its norm, or, if it was an outlier, the norm
 * to which the mode scales it: {@code mean = alpha * mean + (1 - alpha) * norm}, {@code var = alpha
 * * var + (1 - alpha) * (norm - mean)^2} with the new mean.
 *
 * <p>Unlike the authors' code, this rule does not learn from norms that are 0, or whose square is
 * beyond the range of a double. Such norms enter neither the warm-up nor mean and variance, but
 * they are clipped like any other. This rule also scales without an epsilon, by {@code bound /
 * norm}, even if {@code maxNorm} is the bound: a norm that is at most the bound is unchanged. The
 * 1e-6 in {@code z} is the authors': if the standard deviation is far below it, hardly any norm is
 * an outlier.
 *
 * <p>Reference: Kumar, Owen, Chowdhury and Güra, <a href="https://arxiv.org/abs/2504.02507">ZClip:
 * Adaptive Spike Mitigation for LLM Pre-Training</a>, 2025.
 *
 * @param alpha the share of mean and variance that each step keeps, greater than 0 and less than 1
 * @param zThreshold the number of standard deviations above the mean beyond which a norm is an
 *     outlier, finite and greater than 0
 * @param warmUp the number of norms that the warm-up collects, at least 0
 * @param mode the norm to which an outlier is scaled down
 * @param maxNorm an additional bound for every step, greater than 0; +Infinity for none
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

  /** Returns this rule with another additional bound; +Infinity for none. */
  public ZClipRule withMaxNorm(double other) {
    return new ZClipRule(alpha, zThreshold, warmUp, mode, other);
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public boolean boundsWhole() {
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
      return warm ? judge(gradient.norm()) : gather(gradient.norm());
    }

    private Decision gather(double norm) {
      if (Learnable.is(norm)) {
        gathered = Arrays.copyOf(gathered, gathered.length + 1);
        gathered[gathered.length - 1] = norm;
      }
      if (gathered.length > 0 && gathered.length >= warmUp) {
        int count = gathered.length;
        mean = Arrays.stream(gathered).average().orElseThrow();
        // Each square is divided before summing: the sum might overflow, the mean cannot.
        variance = Arrays.stream(gathered).map(x -> (x - mean) * (x - mean) / count).sum();
        warm = true;
        gathered = new double[0];
      }
      // A norm beyond the range of a double is scaled to 0, even without a bound.
      boolean infinite = norm == Double.POSITIVE_INFINITY;
      return ExactBound.decide(infinite ? Math.min(maxNorm, Double.MAX_VALUE) : maxNorm, norm);
    }

    private Decision judge(double norm) {
      double std = Math.sqrt(variance);
      double z = (norm - mean) / (std + EPSILON);
      boolean standsOut =
          mode == ZClipMode.PERCENTILE ? norm > mean + zThreshold * std : z > zThreshold;
      double wanted = standsOut ? lowered(z, std) : norm;
      double limit = standsOut ? wanted : mean + zThreshold * (std + EPSILON);
      if (Learnable.is(norm)) {
        add(wanted);
      }
      return ExactBound.decide(Math.min(limit, maxNorm), norm);
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
      SavedNumbers numbers = new SavedNumbers(saved, GATHERED, MEAN_AND_VARIANCE);
      double[] norms = numbers.get(GATHERED);
      double[] both = numbers.get(MEAN_AND_VARIANCE);
      if (both.length > 0) {
        SavedNumbers.require(
            norms.length == 0, GATHERED, "be empty after the warm-up", norms.length + " norms");
        both = numbers.get(MEAN_AND_VARIANCE, 2);
        SavedNumbers.require(
            both[0] > 0 && both[0] * both[0] < Double.POSITIVE_INFINITY,
            "the mean",
            "be > 0, with a square within the range of a double",
            both[0]);
        SavedNumbers.require(
            both[1] >= 0 && both[1] < Double.POSITIVE_INFINITY,
            "the variance",
            "be finite and >= 0",
            both[1]);
      }
      SavedNumbers.require(
          norms.length == 0 || norms.length < warmUp,
          GATHERED,
          "have fewer norms than the warm-up of " + warmUp + " steps",
          norms.length + " norms");
      SavedNumbers.requireAll(
          GATHERED,
          norms,
          "> 0, with a square within the range of a double",
          x -> x > 0 && x * x < Double.POSITIVE_INFINITY);
      gathered = norms;
      warm = both.length > 0;
      mean = warm ? both[0] : 0;
      variance = warm ? both[1] : 0;
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
