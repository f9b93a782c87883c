package io.github.dl4jclipping.internal.norm;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads HALF, by a table of all values: neither BLAS nor Java 17 knows the type. */
final class HalfReader extends MemoryReader {

  private final Cursor cursor = new Cursor();
  private short[] raw = {};
  private double[] block = {};

  @Override
  void pointAt(INDArray array) {
    cursor.pointAt(array);
  }

  @Override
  double squares(long from, int length) {
    short[] values = raw(from, length);
    double even = 0;
    double odd = 0;
    // Two sums at once: one would wait for its own last addition.
    for (int i = 0; i < length - 1; i += 2) {
      double x = HalfBits.value(values[i]);
      double y = HalfBits.value(values[i + 1]);
      even += x * x;
      odd += y * y;
    }
    double last = length % 2 == 1 ? HalfBits.value(values[length - 1]) : 0;
    return even + odd + last * last;
  }

  @Override
  double magnitudes(long from, int length) {
    short[] values = raw(from, length);
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Math.abs(HalfBits.value(values[i]));
    }
    return sum;
  }

  @Override
  double largest(long from, int length) {
    short[] values = raw(from, length);
    float largest = 0;
    for (int i = 0; i < length; i++) {
      largest = Math.max(largest, Math.abs(HalfBits.value(values[i])));
    }
    return largest;
  }

  @Override
  double[] read(long from, int length) {
    short[] values = raw(from, length);
    block = block.length < length ? new double[length] : block;
    for (int i = 0; i < length; i++) {
      block[i] = HalfBits.value(values[i]);
    }
    return block;
  }

  private short[] raw(long from, int length) {
    raw = raw.length < length ? new short[length] : raw;
    cursor.position(from).get(raw, 0, length);
    return raw;
  }

  /** A pointer that can be moved to another array, and keeps that one reachable. */
  static final class Cursor extends ShortPointer {

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
