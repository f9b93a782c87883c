package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.NonFinitePlaces;
import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.norm.NonFiniteCount;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Counts and locates the non-finite elements of arrays. Changes nothing. */
final class Places {

  private Places() {}

  /** Returns whether every element is finite; integers always are. */
  static boolean isFinite(INDArray array) {
    return !array.dataType().isFPType() || GradientNorms.nonFinite(array).total() == 0;
  }

  /** Returns the joint counts of several arrays, without rows and columns. */
  static NonFinitePlaces count(Collection<INDArray> arrays) {
    List<NonFiniteCount> counts = arrays.stream().map(GradientNorms::nonFinite).toList();
    return new NonFinitePlaces(
        arrays.stream().mapToLong(INDArray::length).sum(),
        new NonFiniteCount(
            counts.stream().mapToLong(NonFiniteCount::nan).sum(),
            counts.stream().mapToLong(NonFiniteCount::positiveInfinity).sum(),
            counts.stream().mapToLong(NonFiniteCount::negativeInfinity).sum()),
        List.of(),
        List.of());
  }

  /** Returns the counts, rows and columns. */
  static NonFinitePlaces find(INDArray array) {
    return find(array, Long.MAX_VALUE);
  }

  /**
   * Returns the counts, rows and columns.
   *
   * @param examples the number of examples in the batch. If each time step of each example is a
   *     row, DL4J groups the rows by time step; the rows returned are then examples
   */
  static NonFinitePlaces find(INDArray array, long examples) {
    NonFiniteCount count = GradientNorms.nonFinite(array);
    TreeSet<Long> rows = new TreeSet<>();
    TreeSet<Long> columns = new TreeSet<>();
    long perRow = array.rank() == 0 ? 1 : array.length() / array.size(0);
    long perColumn = array.rank() < 2 ? 1 : perRow / array.size(1);
    DataBuffer values = array.dup('c').data();
    for (long row = 0; row < array.length() / perRow; row++) {
      boolean broken = false;
      for (long i = 0; i < perRow; i++) {
        if (!Double.isFinite(values.getDouble(row * perRow + i))) {
          broken = true;
          columns.add(i / perColumn);
        }
      }
      if (broken) {
        rows.add(row % examples);
      }
      if (rows.size() == NonFinitePlaces.MAX) {
        break;
      }
    }
    return new NonFinitePlaces(
        array.length(),
        count,
        List.copyOf(rows),
        array.rank() < 2 ? List.of() : columns.stream().limit(NonFinitePlaces.MAX).toList());
  }
}
