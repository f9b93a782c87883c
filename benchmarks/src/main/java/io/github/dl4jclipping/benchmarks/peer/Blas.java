package io.github.dl4jclipping.benchmarks.peer;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs one pass of BLAS: {@code dot} in place of the norm, and {@code scal} alone in place of a
 * clip.
 */
final class Blas extends Nd4jPeer {

  @Override
  public boolean supports(Workload workload, Operation operation) {
    return workload.type() != ElementType.HALF && operation != Operation.KEEP;
  }

  @Override
  public double norm() {
    double sum = 0;
    for (INDArray array : gradient.arrays) {
      sum += dot((int) array.length(), array.data().addressPointer());
    }
    return Math.sqrt(sum);
  }

  private static double dot(int length, Pointer x) {
    return x instanceof FloatPointer floats
        ? openblas_nolapack.cblas_sdot(length, floats, 1, floats, 1)
        : openblas_nolapack.cblas_ddot(length, (DoublePointer) x, 1, (DoublePointer) x, 1);
  }

  @Override
  public double clip(double maxNorm) {
    for (INDArray array : gradient.arrays) {
      scale((int) array.length(), array.data().addressPointer());
    }
    return maxNorm;
  }

  private static void scale(int length, Pointer x) {
    if (x instanceof FloatPointer floats) {
      openblas_nolapack.cblas_sscal(length, 0.5f, floats, 1);
    } else {
      openblas_nolapack.cblas_dscal(length, 0.5, (DoublePointer) x, 1);
    }
  }
}
