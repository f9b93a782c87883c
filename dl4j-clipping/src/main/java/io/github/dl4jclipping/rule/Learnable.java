package io.github.dl4jclipping.rule;

/** Decides which norms a rule learns from. */
final class Learnable {

  private Learnable() {}

  /**
   * Returns whether the square of a norm is a finite normal double. A norm whose square overflows
   * would make a variance infinite forever, and a norm of 0 would keep a bound at 0.
   */
  static boolean is(double norm) {
    double square = norm * norm;
    return square >= Double.MIN_NORMAL && square < Double.POSITIVE_INFINITY;
  }
}
