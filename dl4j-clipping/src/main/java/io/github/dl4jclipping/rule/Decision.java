package io.github.dl4jclipping.rule;

import java.util.List;

/** Describes what to do with the gradient of one step. */
public sealed interface Decision {

  /** Returns the bound on the norm that the decision is based on, or +Infinity if there is none. */
  double maxNorm();

  /**
   * Leaves the gradient unchanged.
   *
   * @param maxNorm the bound that the norm does not exceed, or +Infinity
   */
  record Keep(double maxNorm) implements Decision {}

  /**
   * Multiplies the whole gradient by one coefficient.
   *
   * @param coefficient the factor, at least 0
   * @param maxNorm the bound that the gradient exceeded
   */
  record ScaleAll(double coefficient, double maxNorm) implements Decision {
    /** Checks the factor. */
    public ScaleAll {
      check(coefficient);
    }
  }

  /**
   * Multiplies the gradient of each parameter by its own coefficient.
   *
   * @param coefficients the factors, at least 0, in the order of the parameters
   * @param maxNorm the bound on the norm of the whole gradient, or +Infinity
   * @param parts the parts of the gradient to report; empty if the parts are the parameters
   */
  @SuppressWarnings("ArrayRecordComponent") // passed along within one step
  record ScaleEach(double[] coefficients, double maxNorm, List<ClipPart> parts)
      implements Decision {
    /** Checks the factors. */
    public ScaleEach {
      checkAll(coefficients);
      parts = List.copyOf(parts);
    }

    /** Creates a decision that reports no parts. */
    public ScaleEach(double[] coefficients, double maxNorm) {
      this(coefficients, maxNorm, List.of());
    }
  }

  /**
   * Multiplies the gradient of each unit by its own coefficient.
   *
   * @param coefficients the factors of each parameter's units, at least 0, in the order of {@link
   *     UnitMeasurement}
   */
  @SuppressWarnings("ArrayRecordComponent") // passed along within one step
  record ScaleUnits(double[][] coefficients) implements Decision {
    /** Checks the factors. */
    public ScaleUnits {
      for (double[] units : coefficients) {
        checkAll(units);
      }
    }

    @Override
    public double maxNorm() {
      return Double.POSITIVE_INFINITY;
    }
  }

  /**
   * Clamps every element to {@code [-bound, bound]}.
   *
   * @param bound the largest magnitude allowed
   */
  record Clamp(double bound) implements Decision {
    @Override
    public double maxNorm() {
      return Double.POSITIVE_INFINITY;
    }
  }

  private static void checkAll(double... coefficients) {
    for (double coefficient : coefficients) {
      check(coefficient);
    }
  }

  private static void check(double coefficient) {
    if (!(coefficient >= 0) || !Double.isFinite(coefficient)) {
      throw new IllegalArgumentException(
          "coefficient must be finite and >= 0, but was " + coefficient);
    }
  }
}
