package io.github.dl4jclipping.internal.norm;

import io.github.dl4jclipping.norm.NormType;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads the memory of a dense CPU array.
 *
 * <p>Belongs to one thread; may be pointed from array to array of the same type.
 */
abstract class MemoryReader {

  /** Elements that are summed at a time; sums of blocks are added up in double. */
  static final int BLOCK = 1024;

  /** Elements whose largest is looked for at a time: no digit is lost, and fewer calls are made. */
  private static final int LONG_BLOCK = 4 * BLOCK;

  /** Returns where an array begins. */
  static long address(INDArray array) {
    DataBuffer data = array.data();
    // Of a view, address() is that of what it is a view of; the other way is slower.
    return data.underlyingDataBuffer() == null ? data.address() : data.addressPointer().address();
  }

  /** Returns the sum of {@code |x|^p}, or for {@link NormType#INF} the largest {@code |x|}. */
  final double powers(NormType type, long from, long to) {
    int block = type.equals(NormType.INF) ? LONG_BLOCK : BLOCK;
    double powers = 0;
    for (long at = from; at < to; at += block) {
      powers = type.merge(powers, blockPowers(type, at, (int) Math.min(block, to - at)));
    }
    return powers;
  }

  private double blockPowers(NormType type, long from, int length) {
    if (type.equals(NormType.L2)) {
      return squares(from, length);
    }
    if (type.equals(NormType.L1)) {
      return magnitudes(from, length);
    }
    if (type.equals(NormType.INF)) {
      return largest(from, length);
    }
    return scaledPowers(type, 1, from, length);
  }

  /** Returns the sum of {@code (|x| / scale)^p} over at most {@link #BLOCK} elements. */
  final double scaledPowers(NormType type, double scale, long from, int length) {
    double[] block = read(from, length);
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += type.power(Math.abs(block[i]) / scale);
    }
    return sum;
  }

  /** Points at an array of this reader's type, and keeps it reachable. */
  abstract void pointAt(INDArray array);

  /** Returns the sum of squares of at most {@link #BLOCK} elements. */
  abstract double squares(long from, int length);

  /** Returns the sum of magnitudes of at most {@link #BLOCK} elements. */
  abstract double magnitudes(long from, int length);

  /** Returns the largest magnitude of a few thousand elements; a NaN is the largest. */
  abstract double largest(long from, int length);

  /** Returns at most {@link #BLOCK} elements, in an array that the next call fills anew. */
  abstract double[] read(long from, int length);
}
