package io.github.dl4jclipping.rule;

/** Says which norms enter what a rule learns. */
final class Learnable {

  private Learnable() {}

  /**
   * Returns whether a norm and its square are within the range of normal doubles. One whose square
   * overflows would make a variance infinite for good, and 0 would hold a bound at 0.
   */
  static boolean is(double norm) {
    double square = norm * norm;
    return square >= Double.MIN_NORMAL && square < Double.POSITIVE_INFINITY;
  }
}
