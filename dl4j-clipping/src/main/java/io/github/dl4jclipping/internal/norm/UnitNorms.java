package io.github.dl4jclipping.internal.norm;

import io.github.dl4jclipping.norm.NormType;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Measures the weights of single units, read-only: the L2 norm of each. Stateless. */
public final class UnitNorms {

  private UnitNorms() {}

  /**
   * Measures each unit of a stretch.
   *
   * @param norms where the norms are put, one for each unit
   */
  public static void measure(Stretch stretch, Units units, double[] norms) {
    if (!Measures.isReadable(stretch.array())) {
      byOps(stretch, units, norms);
    } else if (units.areLongRuns(stretch.length())) {
      MemoryReader reader = MemoryReaders.on(stretch.array());
      for (int unit = 0; unit < units.count(); unit++) {
        long from = stretch.from() + unit * units.run();
        norms[unit] = CpuMeasure.l2(stretch, reader, from, from + units.run());
      }
    } else {
      byElement(stretch, units, norms);
    }
  }

  /** In double, so that no square of a FLOAT over- or underflows; DOUBLE is scaled before. */
  static void byElement(Stretch stretch, Units units, double[] norms) {
    MemoryReader reader = MemoryReaders.on(stretch.array());
    double largest = largest(reader, stretch);
    if (largest == 0 || !Double.isFinite(largest)) {
      Arrays.fill(norms, largest);
      return;
    }
    double scale = stretch.type() == DataType.DOUBLE ? largest : 1;
    Arrays.fill(norms, 0);
    for (long at = stretch.from(); at < stretch.to(); at += MemoryReader.BLOCK) {
      int length = (int) Math.min(MemoryReader.BLOCK, stretch.to() - at);
      double[] block = reader.read(at, length);
      for (int i = 0; i < length; i++) {
        double x = block[i] / scale;
        norms[(int) ((at - stretch.from() + i) / units.run() % units.count())] += x * x;
      }
    }
    for (int unit = 0; unit < norms.length; unit++) {
      norms[unit] = scale * Math.sqrt(norms[unit]);
    }
  }

  private static double largest(MemoryReader reader, Stretch stretch) {
    return stretch.type() == DataType.DOUBLE
        ? reader.powers(NormType.INF, stretch.from(), stretch.to())
        : 1;
  }

  static void byOps(Stretch stretch, Units units, double[] norms) {
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
        INDArray wide = wide(stretch.view())) {
      INDArray cube = cube(wide, units);
      double[] found = cube.norm2(0, 2).toDoubleVector();
      System.arraycopy(found, 0, norms, 0, norms.length);
    }
  }

  /** A cast to its own type would be the very array, which must not be closed. */
  private static INDArray wide(INDArray array) {
    return array.dataType() == DataType.DOUBLE ? array.dup('c') : array.castTo(DataType.DOUBLE);
  }

  /** Returns a view with the units along dimension 1. */
  static INDArray cube(INDArray stretch, Units units) {
    long outer = stretch.length() / (units.run() * units.count());
    return stretch.reshape('c', outer, units.count(), units.run());
  }
}
