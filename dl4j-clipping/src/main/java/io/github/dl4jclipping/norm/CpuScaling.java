package io.github.dl4jclipping.norm;

import java.util.List;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Multiplies dense CPU arrays of FLOAT and DOUBLE in their memory, by BLAS. */
final class CpuScaling {

  /** OpenBLAS starts threads of its own above this, and waits for them where others are busy. */
  private static final int ONE_THREAD = 1 << 20;

  private CpuScaling() {}

  /** Returns whether this can multiply an array. */
  static boolean isFor(INDArray array) {
    boolean wide = array.dataType() == DataType.FLOAT || array.dataType() == DataType.DOUBLE;
    return wide && Measures.isReadable(array);
  }

  /** Multiplies every element of every array by a factor that is finite and not 0. */
  static void scale(List<INDArray> arrays, double factor) {
    Pieces.walk(
        arrays.stream().map(Stretch::whole).toList(),
        new double[arrays.size()],
        () -> (stretch, from, to) -> scale(stretch.array(), from, to, factor),
        Double::sum);
  }

  private static double scale(INDArray array, long from, long to, double factor) {
    if (array.dataType() == DataType.FLOAT) {
      FloatReader.Cursor floats = new FloatReader.Cursor();
      floats.pointAt(array);
      for (long at = from; at < to; at += ONE_THREAD) {
        int length = (int) Math.min(ONE_THREAD, to - at);
        openblas_nolapack.cblas_sscal(length, (float) factor, floats.position(at), 1);
      }
    } else {
      DoubleReader.Cursor doubles = new DoubleReader.Cursor();
      doubles.pointAt(array);
      for (long at = from; at < to; at += ONE_THREAD) {
        int length = (int) Math.min(ONE_THREAD, to - at);
        openblas_nolapack.cblas_dscal(length, factor, doubles.position(at), 1);
      }
    }
    return 0;
  }
}
