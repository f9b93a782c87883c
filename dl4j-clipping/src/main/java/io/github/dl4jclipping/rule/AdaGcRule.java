package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Clips the gradient of each parameter by a running mean of its own clipped norms: {@code h =
 * min(1, lambdaRel * gamma / norm)}, then {@code gamma = beta * gamma + (1 - beta) * h * norm}.
 *
 * <p>Before that, in steps 1 to {@code warmUp - 1}, the whole gradient is clipped by its global
 * norm to {@code lambdaAbs}, and each gamma becomes the smallest clipped norm of its parameter. All
 * norms are L2. There is no epsilon: a norm within its bound is unchanged.
 *
 * <p>Unlike in the paper, gamma ignores a norm of 0, which would freeze gamma, and the parameter,
 * at 0. Gamma also ignores a norm whose square is beyond the range of a double. In the warm-up, it
 * ignores the whole step if either holds for the global norm.
 *
 * <p>Reference: Wang et al., <a href="https://arxiv.org/abs/2502.11034">AdaGC: Enhancing LLM
 * Pretraining Stability via Adaptive Gradient Clipping</a>, 2025.
 *
 * @param lambdaAbs the bound on the global norm in the warm-up, finite and greater than 0
 * @param lambdaRel the bound on each norm, as a multiple of its mean gamma, finite and greater than
 *     0
 * @param beta the share of gamma that each step keeps, greater than 0 and less than 1
 * @param warmUp the first step that clips by parameter, counted from 1; at least 0
 */
public record AdaGcRule(double lambdaAbs, double lambdaRel, double beta, int warmUp)
    implements ClipRule {

  /** The paper's defaults: 1, 1.05, 0.98, 100. */
  public static final AdaGcRule DEFAULT = new AdaGcRule(1.0, 1.05, 0.98, 100);

  private static final String STEP = "step";
  private static final String GAMMA = "gamma";

  /** The value of gamma until its parameter has had a norm to learn from. */
  private static final double UNKNOWN = -1;

  /** Checks the bounds. */
  public AdaGcRule {
    Bounds.positive("lambdaAbs", lambdaAbs);
    Bounds.positive("lambdaRel", lambdaRel);
    Bounds.between("beta", beta, 0, 1);
    Bounds.steps("warmUp", warmUp);
  }

  /** Returns this rule with another bound in the warm-up. */
  public AdaGcRule withLambdaAbs(double other) {
    return new AdaGcRule(other, lambdaRel, beta, warmUp);
  }

  /** Returns this rule with another bound after the warm-up. */
  public AdaGcRule withLambdaRel(double other) {
    return new AdaGcRule(lambdaAbs, other, beta, warmUp);
  }

  /** Returns this rule with another {@code beta}. */
  public AdaGcRule withBeta(double other) {
    return new AdaGcRule(lambdaAbs, lambdaRel, other, warmUp);
  }

  /** Returns this rule with another warm-up. */
  public AdaGcRule withWarmUp(int other) {
    return new AdaGcRule(lambdaAbs, lambdaRel, beta, other);
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    return new Gammas(parameters.size());
  }

  private final class Gammas implements RuleState {

    private final double[] gamma;
    private long step;

    Gammas(int parameters) {
      gamma = new double[parameters];
      Arrays.fill(gamma, UNKNOWN);
    }

    @Override
    public Decision decide(GradientMeasurement gradient) {
      step++;
      return step < warmUp ? warmUp(gradient) : byParameter(gradient);
    }

    private Decision warmUp(GradientMeasurement gradient) {
      if (Learnable.is(gradient.norm())) {
        double coefficient = ExactBound.coefficient(lambdaAbs, gradient.norm());
        for (int i = 0; i < gamma.length; i++) {
          double norm = gradient.parameterNorms()[i];
          double clipped = coefficient * norm;
          learn(i, norm, isKnown(i) ? Math.min(gamma[i], clipped) : clipped);
        }
      }
      return ExactBound.decide(lambdaAbs, gradient.norm());
    }

    private Decision byParameter(GradientMeasurement gradient) {
      double[] coefficients = new double[gamma.length];
      for (int i = 0; i < gamma.length; i++) {
        double norm = gradient.parameterNorms()[i];
        coefficients[i] = isKnown(i) ? ExactBound.coefficient(lambdaRel * gamma[i], norm) : 1;
        double clipped = coefficients[i] * norm;
        learn(i, norm, isKnown(i) ? beta * gamma[i] + (1 - beta) * clipped : clipped);
      }
      return new Decision.ScaleEach(coefficients, Double.POSITIVE_INFINITY);
    }

    private boolean isKnown(int parameter) {
      return gamma[parameter] != UNKNOWN;
    }

    private void learn(int parameter, double norm, double next) {
      if (Learnable.is(norm) && next > 0) {
        gamma[parameter] = next;
      }
    }

    @Override
    public Map<String, double[]> save() {
      return Map.of(STEP, new double[] {step}, GAMMA, gamma.clone());
    }

    @Override
    public void restore(Map<String, double[]> saved) {
      SavedNumbers numbers = new SavedNumbers(saved, STEP, GAMMA);
      double[] steps = numbers.get(STEP, 1);
      SavedNumbers.requireAll(STEP, steps, "a whole number from 0 to 2^53", SavedNumbers::isCount);
      double[] gammas = numbers.get(GAMMA, gamma.length);
      if (steps[0] == 0) {
        SavedNumbers.requireAll(GAMMA, gammas, "-1 before the first step", x -> x == UNKNOWN);
      }
      SavedNumbers.requireAll(
          GAMMA,
          gammas,
          "finite and > 0, or -1 while unknown",
          x -> x == UNKNOWN || SavedNumbers.isPositive(x));
      step = (long) steps[0];
      System.arraycopy(gammas, 0, gamma, 0, gamma.length);
    }
  }

  @Override
  public String toString() {
    return "adaGc(lambdaAbs="
        + lambdaAbs
        + ", lambdaRel="
        + lambdaRel
        + ", beta="
        + beta
        + ", warmUp="
        + warmUp
        + ")";
  }
}
