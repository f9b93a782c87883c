package io.github.dl4jclipping.internal.norm;

/**
 * The units whose weights a parameter holds: element {@code k} of its memory belongs to unit {@code
 * (k / run) % count}.
 *
 * @param count how many units there are
 * @param run how many elements of one unit follow each other
 */
public record Units(int count, long run) {

  /** Elements in a row from which BLAS is faster than one at a time. */
  private static final long LONG = 32;

  /** Returns whether each unit is one long run of a parameter of a length. */
  boolean areLongRuns(long length) {
    return run >= LONG && run * count == length;
  }
}
