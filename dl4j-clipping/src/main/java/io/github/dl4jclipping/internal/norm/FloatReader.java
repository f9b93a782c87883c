package io.github.dl4jclipping.internal.norm;

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
    double squares = 0;
    for (int at = 0; at < length; at += FloatBlocks.OF_SQUARES) {
      cursor.position(from + at);
      int some = Math.min(FloatBlocks.OF_SQUARES, length - at);
      squares += openblas_nolapack.cblas_sdot(some, cursor, 1, cursor, 1);
    }
    return squares;
  }

  @Override
  double magnitudes(long from, int length) {
    double magnitudes = 0;
    for (int at = 0; at < length; at += FloatBlocks.OF_MAGNITUDES) {
      int some = Math.min(FloatBlocks.OF_MAGNITUDES, length - at);
      magnitudes += openblas_nolapack.cblas_sasum(some, cursor.position(from + at), 1);
    }
    return magnitudes;
  }

  @Override
  double largest(long from, int length) {
    cursor.position(from);
    // What BLAS finds is right of numbers alone; only a NaN makes a sum of squares NaN.
    return Float.isNaN(openblas_nolapack.cblas_sdot(length, cursor, 1, cursor, 1))
        ? Double.NaN
        : Math.abs(cursor.get(openblas_nolapack.cblas_isamax(length, cursor, 1)));
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
