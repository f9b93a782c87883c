package io.github.dl4jclipping.rule;

/**
 * Bounds a norm without PyTorch's epsilon: a norm within the bound is unchanged, however small the
 * bound is.
 */
final class ExactBound {

  private ExactBound() {}

  /** Returns {@code maxNorm / norm} if the norm exceeds the bound, otherwise 1. */
  static double coefficient(double maxNorm, double norm) {
    return norm > maxNorm ? maxNorm / norm : 1;
  }

  /** Returns the decision to scale by {@link #coefficient}. */
  static Decision decide(double maxNorm, double norm) {
    double coefficient = coefficient(maxNorm, norm);
    return coefficient == 1
        ? new Decision.Keep(maxNorm)
        : new Decision.ScaleAll(coefficient, maxNorm);
  }
}
