package io.github.dl4jclipping.forensics;

import io.github.dl4jclipping.norm.NonFiniteCount;
import java.io.Serializable;
import java.util.List;

/**
 * Says what in one array is not finite.
 *
 * @param elements how many elements the array has
 * @param count how many of them are not finite
 * @param rows the first rows (indices along dimension 0) that hold one, at most {@value #MAX}
 * @param columns the first columns (indices along dimension 1) that hold one in these rows, at most
 *     {@value #MAX}; empty for a vector
 */
public record NonFinitePlaces(
    long elements, NonFiniteCount count, List<Long> rows, List<Long> columns)
    implements Serializable {

  /** How many rows and columns are listed. */
  public static final int MAX = 10;

  /** Nothing. */
  static final NonFinitePlaces NONE =
      new NonFinitePlaces(0, new NonFiniteCount(0, 0, 0), List.of(), List.of());

  /** Copies the lists. */
  public NonFinitePlaces {
    rows = List.copyOf(rows);
    columns = List.copyOf(columns);
  }
}
