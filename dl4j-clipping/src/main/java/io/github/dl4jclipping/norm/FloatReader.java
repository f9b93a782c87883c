package io.github.dl4jclipping.norm;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads FLOAT. */
final class FloatReader extends MemoryReader {

  private final Cursor cursor = new Cursor();
  private float[] raw = {};
  private double[] block = {};

  @Override
  void pointAt(INDArray array) {
    cursor.pointAt(array);
  }

  @Override
  double squares(long from, int length) {
    cursor.position(from);
    return openblas_nolapack.cblas_sdot(length, cursor, 1, cursor, 1);
  }

  @Override
  double magnitudes(long from, int length) {
    // In two halves: without a root, an error is twice as large as that of squares.
    int half = length / 2;
    double magnitudes = openblas_nolapack.cblas_sasum(half, cursor.position(from), 1);
    return magnitudes
        + openblas_nolapack.cblas_sasum(length - half, cursor.position(from + half), 1);
  }

  @Override
  double largest(long from, int length) {
    float[] values = raw(from, length);
    float largest = 0;
    for (int i = 0; i < length; i++) {
      // Math.max, unlike a comparison, keeps a NaN.
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  @Override
  double[] read(long from, int length) {
    float[] values = raw(from, length);
    block = block.length < length ? new double[length] : block;
    for (int i = 0; i < length; i++) {
      block[i] = values[i];
    }
    return block;
  }

  private float[] raw(long from, int length) {
    raw = raw.length < length ? new float[length] : raw;
    cursor.position(from).get(raw, 0, length);
    return raw;
  }

  /** A pointer that can be moved to another array, and keeps that one reachable. */
  static final class Cursor extends FloatPointer {

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
