package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import java.util.Objects;

/**
 * Scales the whole gradient to a set norm at every step, up as well as down, so that only its
 * direction counts: normalised gradient descent. A zero gradient stays zero. Reports count a step
 * that was scaled down as clipped, and one that was scaled up as {@code SCALED_UP}.
 *
 * <p>Reference: Hazan, Levy and Shalev-Shwartz, <a href="https://arxiv.org/abs/1507.02030">Beyond
 * Convexity: Stochastic Quasi-Convex Optimization</a>, 2015.
 *
 * @param norm what the norm becomes, finite and greater than 0
 * @param normType the norm that is set
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
      // Of a norm next to 0 the quotient is beyond the range of a double.
      double coefficient = Math.min(norm / gradient.norm(), Double.MAX_VALUE);
      return coefficient == 1 ? new Decision.Keep(norm) : new Decision.ScaleAll(coefficient, norm);
    };
  }

  @Override
  public String toString() {
    return "renormalize(norm=" + norm + ", normType=" + normType + ")";
  }
}
