package io.github.dl4jclipping.internal.norm;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** Decides how an array is measured. */
public final class Measures {

  private Measures() {}

  /**
   * Returns the measure for an array: raw memory only on the CPU backend, for dense arrays of a
   * type that Java can read; ND4J's own operations for everything else, on whichever device it
   * lies.
   */
  static Measure of(INDArray array) {
    return isReadable(array) ? CpuMeasure.INSTANCE : OpsMeasure.INSTANCE;
  }

  /** Returns whether an array's memory is read and written directly; an empty one has none. */
  static boolean isReadable(INDArray array) {
    return isReadable(Stretch.whole(array));
  }

  /** Returns whether that holds for every stretch. */
  static boolean areReadable(List<Stretch> stretches) {
    @Nullable INDArray last = null;
    for (Stretch stretch : stretches) {
      if (stretch.array() != last && !isReadable(stretch)) {
        return false;
      }
      last = stretch.array();
    }
    return true;
  }

  private static boolean isReadable(Stretch stretch) {
    return stretch.length() == 0
        || onCpu(
            Nd4j.getExecutioner().type(),
            stretch.type(),
            Shape.elementWiseStride(stretch.array().shapeInfoJava()));
  }

  /** Decides which of the two paths is taken. */
  static boolean onCpu(ExecutionerType backend, DataType type, long elementWiseStride) {
    boolean readable =
        type == DataType.FLOAT || type == DataType.DOUBLE || type == DataType.FLOAT16;
    return backend == ExecutionerType.NATIVE_CPU && readable && elementWiseStride == 1;
  }
}
