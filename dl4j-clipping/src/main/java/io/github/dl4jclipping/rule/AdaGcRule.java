package io.github.dl4jclipping.rule;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Clips the gradient of each parameter by a running mean of its own clipped norms: {@code h =
 * min(1, lambdaRel * gamma / norm)}, then {@code gamma = beta * gamma + (1 - beta) * h * norm}.
 *
 * <p>Before that, in the steps 1 to {@code warmUp - 1}, the whole is clipped by its global norm to
 * {@code lambdaAbs}, and each gamma becomes the smallest clipped norm of its parameter. All norms
 * are L2. Unlike in the paper a norm of 0 enters no gamma, which it would hold at 0, and the
 * parameter still, for good; nor does one beyond the range of a double.
 *
 * <p>Reference: Wang et al., <a href="https://arxiv.org/abs/2502.11034">AdaGC: Enhancing LLM
 * Pretraining Stability via Adaptive Gradient Clipping</a>, 2025.
 *
 * @param lambdaAbs the bound on the global norm in the warm-up, finite and greater than 0
 * @param lambdaRel how far above its mean a norm may be, finite and greater than 0
 * @param beta how much of the mean each step keeps, greater than 0 and less than 1
 * @param warmUp the first step that is clipped by parameter, at least 0
 */
public record AdaGcRule(double lambdaAbs, double lambdaRel, double beta, int warmUp)
    implements ClipRule {

  /** The paper's defaults: 1, 1.05, 0.98, 100. */
  public static final AdaGcRule DEFAULT = new AdaGcRule(1.0, 1.05, 0.98, 100);

  private static final String STEP = "step";
  private static final String GAMMA = "gamma";

  /** What a gamma is until its parameter has had a gradient. */
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
      double coefficient = Math.min(1, lambdaAbs / gradient.norm());
      for (int i = 0; i < gamma.length; i++) {
        double norm = coefficient * gradient.parameterNorms()[i];
        if (isUsable(norm)) {
          gamma[i] = gamma[i] == UNKNOWN ? norm : Math.min(gamma[i], norm);
        }
      }
      return coefficient == 1
          ? new Decision.Keep(lambdaAbs)
          : new Decision.ScaleAll(coefficient, lambdaAbs);
    }

    private Decision byParameter(GradientMeasurement gradient) {
      double[] coefficients = new double[gamma.length];
      for (int i = 0; i < gamma.length; i++) {
        double norm = gradient.parameterNorms()[i];
        boolean known = gamma[i] != UNKNOWN;
        coefficients[i] = known && norm > 0 ? Math.min(1, lambdaRel * gamma[i] / norm) : 1;
        double clipped = coefficients[i] * norm;
        if (isUsable(clipped)) {
          gamma[i] = known ? beta * gamma[i] + (1 - beta) * clipped : clipped;
        }
      }
      return new Decision.ScaleEach(coefficients, Double.POSITIVE_INFINITY);
    }

    private boolean isUsable(double norm) {
      return norm > 0 && norm < Double.POSITIVE_INFINITY;
    }

    @Override
    public Map<String, double[]> save() {
      return Map.of(STEP, new double[] {step}, GAMMA, gamma.clone());
    }

    @Override
    public void restore(Map<String, double[]> saved) {
      double[] gammas = SavedNumbers.of(saved, GAMMA, gamma.length, UNKNOWN);
      if (!Arrays.stream(gammas).allMatch(one -> one == UNKNOWN || one > 0)) {
        throw new IllegalArgumentException(
            "a saved gamma must be > 0, or -1 where it is unknown, but they are "
                + Arrays.toString(gammas));
      }
      step = (long) SavedNumbers.of(saved, STEP, 1, 0)[0];
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
