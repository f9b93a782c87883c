package io.github.dl4jclipping.internal.norm;

import java.util.List;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Multiplies dense CPU arrays in their memory: by BLAS, HALF by a table. */
final class CpuRescaling {

  /** OpenBLAS starts threads of its own above this, and waits for them where others are busy. */
  private static final int ONE_THREAD = 1 << 20;

  private final double factor;
  private final HalfRescaling halves;

  private CpuRescaling(double factor, long halfElements) {
    this.factor = factor;
    this.halves = new HalfRescaling((float) factor, halfElements);
  }

  /** Multiplies every element of every array by a factor that is finite and not 0. */
  static void rescale(List<INDArray> arrays, double factor) {
    List<Stretch> stretches = arrays.stream().map(Stretch::whole).toList();
    long halves =
        stretches.stream()
            .filter(stretch -> stretch.type() == DataType.FLOAT16)
            .mapToLong(Stretch::length)
            .sum();
    CpuRescaling scaling = new CpuRescaling(factor, halves);
    Pieces.walk(
        stretches,
        new double[stretches.size()],
        () -> scaling::rescale,
        Double::sum,
        halves > 0 ? Pieces.BOUND_BY_PROCESSOR : Pieces.BOUND_BY_MEMORY);
  }

  /**
   * Multiplies runs that follow each other, each by a factor of its own; FLOAT and DOUBLE only.
   *
   * @param run how many elements each has
   */
  static void rescaleRuns(Stretch stretch, long run, double[] factors) {
    FloatReader.Cursor floats = new FloatReader.Cursor();
    DoubleReader.Cursor doubles = new DoubleReader.Cursor();
    boolean single = stretch.type() == DataType.FLOAT;
    if (single) {
      floats.pointAt(stretch.array());
    } else {
      doubles.pointAt(stretch.array());
    }
    for (int i = 0; i < factors.length; i++) {
      long from = stretch.from() + i * run;
      if (factors[i] != 1 && single) {
        floats(floats, factors[i], from, from + run);
      } else if (factors[i] != 1) {
        doubles(doubles, factors[i], from, from + run);
      }
    }
  }

  private double rescale(Stretch stretch, long from, long to) {
    switch (stretch.type()) {
      case FLOAT -> {
        FloatReader.Cursor cursor = new FloatReader.Cursor();
        cursor.pointAt(stretch.array());
        floats(cursor, factor, from, to);
      }
      case DOUBLE -> {
        DoubleReader.Cursor cursor = new DoubleReader.Cursor();
        cursor.pointAt(stretch.array());
        doubles(cursor, factor, from, to);
      }
      default -> halves.rescale(stretch.array(), from, to);
    }
    return 0;
  }

  private static void floats(FloatReader.Cursor cursor, double factor, long from, long to) {
    for (long at = from; at < to; at += ONE_THREAD) {
      int length = (int) Math.min(ONE_THREAD, to - at);
      openblas_nolapack.cblas_sscal(length, (float) factor, cursor.position(at), 1);
    }
  }

  private static void doubles(DoubleReader.Cursor cursor, double factor, long from, long to) {
    for (long at = from; at < to; at += ONE_THREAD) {
      int length = (int) Math.min(ONE_THREAD, to - at);
      openblas_nolapack.cblas_dscal(length, factor, cursor.position(at), 1);
    }
  }
}
