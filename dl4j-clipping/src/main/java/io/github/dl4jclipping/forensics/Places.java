package io.github.dl4jclipping.forensics;

import io.github.dl4jclipping.norm.GradientNorms;
import io.github.dl4jclipping.norm.NonFiniteCount;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Finds what in an array is not finite. Reads only. */
final class Places {

  private Places() {}

  /** Returns whether every element is finite; integers are. */
  static boolean isFinite(INDArray array) {
    return !array.dataType().isFPType() || GradientNorms.nonFinite(array).total() == 0;
  }

  /** Returns the counts, without rows and columns. */
  static NonFinitePlaces count(INDArray array) {
    return new NonFinitePlaces(
        array.length(), GradientNorms.nonFinite(array), List.of(), List.of());
  }

  /** Returns the counts, rows and columns. */
  static NonFinitePlaces find(INDArray array) {
    NonFiniteCount count = GradientNorms.nonFinite(array);
    List<Long> rows = new ArrayList<>();
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
        rows.add(row);
      }
      if (rows.size() == NonFinitePlaces.MAX) {
        break;
      }
    }
    return new NonFinitePlaces(
        array.length(),
        count,
        rows,
        array.rank() < 2 ? List.of() : columns.stream().limit(NonFinitePlaces.MAX).toList());
  }
}
