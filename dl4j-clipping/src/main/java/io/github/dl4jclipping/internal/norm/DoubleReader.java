package io.github.dl4jclipping.internal.norm;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads DOUBLE. */
final class DoubleReader extends MemoryReader {

  private final Cursor cursor = new Cursor();
  private double[] block = {};

  @Override
  void pointAt(INDArray array) {
    cursor.pointAt(array);
  }

  @Override
  double squares(long from, int length) {
    cursor.position(from);
    return openblas_nolapack.cblas_ddot(length, cursor, 1, cursor, 1);
  }

  @Override
  double magnitudes(long from, int length) {
    return openblas_nolapack.cblas_dasum(length, cursor.position(from), 1);
  }

  @Override
  double largest(long from, int length) {
    cursor.position(from);
    // What BLAS finds is right of numbers alone; only a NaN makes a sum of squares NaN.
    return Double.isNaN(openblas_nolapack.cblas_ddot(length, cursor, 1, cursor, 1))
        ? Double.NaN
        : Math.abs(cursor.get(openblas_nolapack.cblas_idamax(length, cursor, 1)));
  }

  @Override
  double[] read(long from, int length) {
    block = block.length < length ? new double[length] : block;
    cursor.position(from).get(block, 0, length);
    return block;
  }

  /** A pointer that can be moved to another array, and keeps that one reachable. */
  static final class Cursor extends DoublePointer {

    @Nullable INDArray owner;

    Cursor() {
      super((Pointer) null);
    }

    void pointAt(INDArray array) {
      address = MemoryReader.address(array);
      owner = array;
    }
  }
}
