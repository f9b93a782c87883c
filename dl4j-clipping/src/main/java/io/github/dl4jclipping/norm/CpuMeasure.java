package io.github.dl4jclipping.norm;

import java.lang.ref.Reference;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures dense CPU arrays by their memory.
 *
 * <p>Sums of squares run in BLAS, block by block, at the speed of memory. Every sum is taken in
 * double: one in float is off by more than 1e-6 within a few thousand elements. Where a sum over-
 * or underflows, and for all other orders, two plain passes scaled by the largest magnitude give
 * the answer.
 */
final class CpuMeasure implements Measure {

  static final CpuMeasure INSTANCE = new CpuMeasure();

  /** Mean square below which single squares may have lost digits to underflow. */
  private static final double TINY_FLOAT = 1e-30;

  private static final double TINY_DOUBLE = 1e-290;

  private CpuMeasure() {}

  @Override
  public double norm(INDArray array, NormType type) {
    if (type.equals(NormType.L2) && array.dataType() != DataType.FLOAT16) {
      double squares = squares(array);
      double tiny = array.dataType() == DataType.FLOAT ? TINY_FLOAT : TINY_DOUBLE;
      if (squares < Double.POSITIVE_INFINITY && squares > tiny * array.length()) {
        return Math.sqrt(squares);
      }
    } else if (type.equals(NormType.L1)) {
      double magnitudes = Blocks.fold(array, 0.0, CpuMeasure::magnitudes);
      if (magnitudes < Double.POSITIVE_INFINITY) {
        return magnitudes;
      }
    }
    return scaled(array, type);
  }

  @Override
  public NonFiniteCount nonFinite(INDArray array) {
    return Blocks.fold(array, NonFiniteCount.NONE, CpuMeasure::count);
  }

  /** Sums squares in blocks, each block by BLAS. */
  private static double squares(INDArray array) {
    Pointer memory = array.data().addressPointer();
    double sum = 0;
    try {
      for (long from = 0; from < array.length(); from += Blocks.SIZE) {
        int length = (int) Math.min(Blocks.SIZE, array.length() - from);
        sum += dot(memory.position(from), length);
      }
    } finally {
      // The pointer does not own the memory, which could be freed while it is read.
      Reference.reachabilityFence(array);
    }
    return sum;
  }

  /** Of BLAS's products of floats, dsdot adds up in double; its single squares may be floats. */
  private static double dot(Pointer x, int length) {
    return x instanceof FloatPointer floats
        ? openblas_nolapack.cblas_dsdot(length, floats, 1, floats, 1)
        : openblas_nolapack.cblas_ddot(length, (DoublePointer) x, 1, (DoublePointer) x, 1);
  }

  private static double magnitudes(double soFar, double[] block, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Math.abs(block[i]);
    }
    return soFar + sum;
  }

  private static double scaled(INDArray array, NormType type) {
    double largest = Blocks.fold(array, 0.0, CpuMeasure::largest);
    if (type.equals(NormType.INF) || largest == 0 || !Double.isFinite(largest)) {
      return largest;
    }
    double sum =
        Blocks.fold(
            array,
            0.0,
            (soFar, block, length) -> {
              double blockSum = 0;
              for (int i = 0; i < length; i++) {
                blockSum += type.power(Math.abs(block[i]) / largest);
              }
              return soFar + blockSum;
            });
    return largest * type.root(sum);
  }

  /** Returns the largest magnitude; Math.max, unlike a comparison, keeps a NaN. */
  private static double largest(double soFar, double[] block, int length) {
    double largest = soFar;
    for (int i = 0; i < length; i++) {
      largest = Math.max(largest, Math.abs(block[i]));
    }
    return largest;
  }

  private static NonFiniteCount count(NonFiniteCount soFar, double[] block, int length) {
    long nan = 0;
    long positive = 0;
    long negative = 0;
    for (int i = 0; i < length; i++) {
      if (Double.isNaN(block[i])) {
        nan++;
      } else if (block[i] == Double.POSITIVE_INFINITY) {
        positive++;
      } else if (block[i] == Double.NEGATIVE_INFINITY) {
        negative++;
      }
    }
    return nan + positive + negative == 0
        ? soFar
        : soFar.plus(new NonFiniteCount(nan, positive, negative));
  }
}
