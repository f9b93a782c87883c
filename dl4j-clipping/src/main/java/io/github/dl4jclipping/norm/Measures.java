package io.github.dl4jclipping.norm;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.factory.Nd4j;

/** Decides how an array is measured. */
final class Measures {

  private Measures() {}

  /**
   * Returns the measure for an array: raw memory only on the CPU backend, for dense arrays of a
   * type that Java can read; ND4J's own operations for everything else, on whichever device it
   * lies.
   */
  static Measure of(INDArray array) {
    return onCpu(Nd4j.getExecutioner().type(), array.dataType(), array.elementWiseStride())
        ? CpuMeasure.INSTANCE
        : OpsMeasure.INSTANCE;
  }

  /** Decides which of the two paths is taken. */
  static boolean onCpu(ExecutionerType backend, DataType type, int elementWiseStride) {
    boolean readable =
        type == DataType.FLOAT || type == DataType.DOUBLE || type == DataType.FLOAT16;
    return backend == ExecutionerType.NATIVE_CPU && readable && elementWiseStride == 1;
  }
}
