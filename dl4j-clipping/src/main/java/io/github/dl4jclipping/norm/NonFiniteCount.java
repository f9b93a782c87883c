package io.github.dl4jclipping.norm;

import java.io.Serializable;

/**
 * Counts the non-finite elements of one array.
 *
 * @param nan the number of elements that are NaN
 * @param positiveInfinity the number of elements that are +Infinity
 * @param negativeInfinity the number of elements that are -Infinity
 */
public record NonFiniteCount(long nan, long positiveInfinity, long negativeInfinity)
    implements Serializable {

  /** Counts no element. */
  public static final NonFiniteCount NONE = new NonFiniteCount(0, 0, 0);

  /** Returns how many elements are non-finite, of any kind. */
  public long total() {
    return nan + positiveInfinity + negativeInfinity;
  }

  /** Returns the sum of two counts. */
  public NonFiniteCount plus(NonFiniteCount other) {
    return new NonFiniteCount(
        nan + other.nan,
        positiveInfinity + other.positiveInfinity,
        negativeInfinity + other.negativeInfinity);
  }
}
