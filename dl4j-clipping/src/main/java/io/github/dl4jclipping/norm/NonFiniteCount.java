package io.github.dl4jclipping.norm;

import java.io.Serializable;

/**
 * Counts the elements of one array that are not finite.
 *
 * @param nan elements that are NaN
 * @param positiveInfinity elements that are +Infinity
 * @param negativeInfinity elements that are -Infinity
 */
public record NonFiniteCount(long nan, long positiveInfinity, long negativeInfinity)
    implements Serializable {

  /** No element at all. */
  public static final NonFiniteCount NONE = new NonFiniteCount(0, 0, 0);

  /** Returns how many elements are not finite, of whichever kind. */
  public long total() {
    return nan + positiveInfinity + negativeInfinity;
  }

  public NonFiniteCount plus(NonFiniteCount other) {
    return new NonFiniteCount(
        nan + other.nan,
        positiveInfinity + other.positiveInfinity,
        negativeInfinity + other.negativeInfinity);
  }
}
