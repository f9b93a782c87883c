package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import java.util.Objects;

/**
 * Scales the whole gradient down if its norm exceeds a fixed bound; its direction does not change.
 *
 * <p>The coefficient is {@code min(1, maxNorm / (norm + 1e-6))}, as in PyTorch's {@code
 * clip_grad_norm_}. Where it is 1 the gradient is not touched. A norm between {@code maxNorm -
 * 1e-6} and {@code maxNorm} is also scaled, by a coefficient of at least {@code maxNorm / (maxNorm
 * + 1e-6)}. This is negligible for common bounds, but reaches 1 % at a {@code maxNorm} of 1e-4, and
 * more below. With a {@code maxNorm} of at most 1e-6, every gradient is scaled, and a gradient of
 * norm {@code maxNorm} is at least halved.
 *
 * <p>Reference: Pascanu, Mikolov and Bengio, <a href="https://arxiv.org/abs/1211.5063">On the
 * difficulty of training recurrent neural networks</a>, 2013.
 *
 * @param maxNorm the bound, finite and greater than 0
 * @param normType the type of the norm that is bounded
 */
public record GlobalNormRule(double maxNorm, NormType normType) implements ClipRule {

  /** The epsilon that PyTorch adds to the norm before it divides. */
  private static final double EPSILON = 1e-6;

  /** Checks the bound. */
  public GlobalNormRule {
    Bounds.positive("maxNorm", maxNorm);
    Objects.requireNonNull(normType, "normType must not be null");
  }

  /** Returns {@code min(1, maxNorm / (norm + 1e-6))}; NaN if the norm is NaN. */
  public static double coefficient(double maxNorm, double norm) {
    return Math.min(1, maxNorm / (norm + EPSILON));
  }

  /** Returns the decision to scale by {@link #coefficient}. */
  static Decision decide(double maxNorm, double norm) {
    double coefficient = coefficient(maxNorm, norm);
    return coefficient == 1
        ? new Decision.Keep(maxNorm)
        : new Decision.ScaleAll(coefficient, maxNorm);
  }

  @Override
  public boolean boundsWhole() {
    return true;
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    return gradient -> decide(maxNorm, gradient.norm());
  }

  @Override
  public String toString() {
    return "globalNorm(maxNorm=" + maxNorm + ", normType=" + normType + ")";
  }
}
