package io.github.dl4jclipping.forensics;

import io.github.dl4jclipping.norm.NonFiniteCount;
import java.io.Serializable;
import java.util.List;

/**
 * Counts and locates the non-finite elements of one array.
 *
 * @param elements the number of elements in the array
 * @param count the number of non-finite elements
 * @param rows the first rows (indices along dimension 0) with a non-finite element, at most {@value
 *     #MAX}
 * @param columns the first columns (indices along dimension 1) with a non-finite element in these
 *     rows, at most {@value #MAX}; empty for a vector
 */
public record NonFinitePlaces(
    long elements, NonFiniteCount count, List<Long> rows, List<Long> columns)
    implements Serializable {

  /** The largest number of rows, and of columns, that are listed. */
  public static final int MAX = 10;

  /** Counts no element. */
  static final NonFinitePlaces NONE =
      new NonFinitePlaces(0, new NonFiniteCount(0, 0, 0), List.of(), List.of());

  /** Copies the lists. */
  public NonFinitePlaces {
    rows = List.copyOf(rows);
    columns = List.copyOf(columns);
  }
}
