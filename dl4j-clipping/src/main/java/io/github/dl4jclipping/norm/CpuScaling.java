package io.github.dl4jclipping.norm;

import java.util.List;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Multiplies dense CPU arrays in their memory: by BLAS, HALF by a table. */
final class CpuScaling {

  /** OpenBLAS starts threads of its own above this, and waits for them where others are busy. */
  private static final int ONE_THREAD = 1 << 20;

  private final double factor;
  private final HalfScaling halves;

  private CpuScaling(double factor, long halfElements) {
    this.factor = factor;
    this.halves = new HalfScaling((float) factor, halfElements);
  }

  /** Multiplies every element of every array by a factor that is finite and not 0. */
  static void scale(List<INDArray> arrays, double factor) {
    List<Stretch> stretches = arrays.stream().map(Stretch::whole).toList();
    long halves =
        stretches.stream()
            .filter(stretch -> stretch.type() == DataType.FLOAT16)
            .mapToLong(Stretch::length)
            .sum();
    CpuScaling scaling = new CpuScaling(factor, halves);
    Pieces.walk(
        stretches,
        new double[stretches.size()],
        () -> scaling::scale,
        Double::sum,
        halves > 0 ? Pieces.BOUND_BY_PROCESSOR : Pieces.BOUND_BY_MEMORY);
  }

  private double scale(Stretch stretch, long from, long to) {
    switch (stretch.type()) {
      case FLOAT -> floats(stretch.array(), from, to);
      case DOUBLE -> doubles(stretch.array(), from, to);
      default -> halves.scale(stretch.array(), from, to);
    }
    return 0;
  }

  private void floats(INDArray array, long from, long to) {
    FloatReader.Cursor cursor = new FloatReader.Cursor();
    cursor.pointAt(array);
    for (long at = from; at < to; at += ONE_THREAD) {
      int length = (int) Math.min(ONE_THREAD, to - at);
      openblas_nolapack.cblas_sscal(length, (float) factor, cursor.position(at), 1);
    }
  }

  private void doubles(INDArray array, long from, long to) {
    DoubleReader.Cursor cursor = new DoubleReader.Cursor();
    cursor.pointAt(array);
    for (long at = from; at < to; at += ONE_THREAD) {
      int length = (int) Math.min(ONE_THREAD, to - at);
      openblas_nolapack.cblas_dscal(length, factor, cursor.position(at), 1);
    }
  }
}
