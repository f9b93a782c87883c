package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import java.util.List;

/**
 * Clips the gradient of each unit by the norm of the unit's own weights: if {@code |g| / max(|w|,
 * eps) > clipping}, the unit's gradient is scaled to {@code clipping * max(|w|, eps)}.
 *
 * <p>A unit is a neuron of a dense or recurrent layer, a filter of a convolution, or the vector of
 * one word in an embedding. A parameter that is a vector, such as a bias, is one unit. {@code eps}
 * allows weights that start at 0 to change. Unlike the authors' code, this rule divides by {@code
 * |g|} itself even if {@code |g|} is below 1e-6. The paper leaves the last, linear layer unclipped.
 * {@code builder().rule(ClipRule.agc()).exclude("3_*")} does the same if that is layer 3.
 *
 * <p>Reference: Brock, De, Smith and Simonyan, <a
 * href="https://arxiv.org/abs/2102.06171">High-Performance Large-Scale Image Recognition Without
 * Normalization</a>, 2021.
 *
 * @param clipping the largest ratio of the gradient's norm to the weights' norm, finite and greater
 *     than 0
 * @param eps the smallest norm that weights count as, finite and greater than 0
 */
public record AgcRule(double clipping, double eps) implements ClipRule {

  /** The paper's defaults: 0.01, 1e-3. */
  public static final AgcRule DEFAULT = new AgcRule(0.01, 1e-3);

  /** Checks the bounds. */
  public AgcRule {
    Bounds.positive("clipping", clipping);
    Bounds.positive("eps", eps);
  }

  /** Returns this rule with another ratio. */
  public AgcRule withClipping(double other) {
    return new AgcRule(other, eps);
  }

  /** Returns this rule with another {@code eps}. */
  public AgcRule withEps(double other) {
    return new AgcRule(clipping, other);
  }

  @Override
  public boolean needsUnitNorms() {
    return true;
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    return gradient -> {
      UnitMeasurement units = gradient.units().orElseThrow();
      double[][] coefficients = new double[units.gradient().length][];
      for (int i = 0; i < coefficients.length; i++) {
        coefficients[i] = coefficients(units.gradient()[i], units.parameters()[i]);
      }
      return new Decision.ScaleUnits(coefficients);
    };
  }

  private double[] coefficients(double[] gradient, double[] weights) {
    double[] coefficients = new double[gradient.length];
    for (int unit = 0; unit < coefficients.length; unit++) {
      double bound = clipping * Math.max(weights[unit], eps);
      coefficients[unit] = ExactBound.coefficient(bound, gradient[unit]);
    }
    return coefficients;
  }

  @Override
  public String toString() {
    return "agc(clipping=" + clipping + ", eps=" + eps + ")";
  }
}
