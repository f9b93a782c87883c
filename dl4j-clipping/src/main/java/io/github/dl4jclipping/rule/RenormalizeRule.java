package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import java.util.Objects;

/**
 * Scales the whole gradient, up or down, to a fixed norm at every step: normalised gradient
 * descent. Only the direction of the gradient matters. A zero gradient stays zero. Reports count a
 * step that was scaled down as clipped, and a step that was scaled up as {@code SCALED_UP}.
 *
 * <p>Reference: Hazan, Levy and Shalev-Shwartz, <a href="https://arxiv.org/abs/1507.02030">Beyond
 * Convexity: Stochastic Quasi-Convex Optimization</a>, 2015.
 *
 * @param norm the norm of the gradient after scaling, finite and greater than 0
 * @param normType the type of this norm
 */
public record RenormalizeRule(double norm, NormType normType) implements ClipRule {

  /** Checks the norm. */
  public RenormalizeRule {
    Bounds.positive("norm", norm);
    Objects.requireNonNull(normType, "normType must not be null");
  }

  @Override
  public double maxNorm() {
    return norm;
  }

  @Override
  public boolean clipsMostSteps() {
    return true;
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    return gradient -> {
      if (gradient.norm() == 0) {
        return new Decision.Keep(norm);
      }
      // If the gradient's norm is close to 0, the quotient may be beyond the range of a double.
      double coefficient = Math.min(norm / gradient.norm(), Double.MAX_VALUE);
      return coefficient == 1 ? new Decision.Keep(norm) : new Decision.ScaleAll(coefficient, norm);
    };
  }

  @Override
  public String toString() {
    return "renormalize(norm=" + norm + ", normType=" + normType + ")";
  }
}
