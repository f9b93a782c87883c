package io.github.dl4jclipping.internal.norm;

import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures arrays, read-only: their norms, and how many of their elements are not finite.
 *
 * <p>Accurate to 1e-6 relative at any length, in FLOAT, DOUBLE and HALF: sums run in double, and
 * neither overflow nor underflow while the result is a double. A finite array never has a NaN norm.
 * Many elements on the CPU, 8 million of FLOAT or DOUBLE in L1 and L2, fewer otherwise, are shared
 * out over the threads of {@link java.util.concurrent.ForkJoinPool#commonPool()}, without any
 * effect on the result. Stateless and thread-safe.
 */
public final class GradientNorms {

  private GradientNorms() {}

  /**
   * Returns the norm of one array, of any floating-point type, shape, order and stride.
   *
   * <p>NaN if an element is NaN, otherwise infinite if one is; 0 for an empty array.
   */
  public static double norm(INDArray array, NormType type) {
    return array.isEmpty() ? 0 : Measures.of(array).norm(array, type);
  }

  /** Returns the norm of all arrays together, or 0 if there are none. */
  public static double global(List<INDArray> arrays, NormType type) {
    List<Stretch> stretches = arrays.stream().map(Stretch::whole).toList();
    double[] norms = new double[arrays.size()];
    measure(stretches, type, norms);
    return type.combine(norms);
  }

  /**
   * Measures each stretch.
   *
   * @param norms where the norms are put, as long as the list
   */
  public static void measure(List<Stretch> stretches, NormType type, double[] norms) {
    if (Measures.areReadable(stretches)) {
      CpuMeasure.norms(stretches, type, norms);
      return;
    }
    for (int i = 0; i < norms.length; i++) {
      norms[i] = norm(stretches.get(i).view(), type);
    }
  }

  /** Returns how many elements are not finite. */
  public static NonFiniteCount nonFinite(INDArray array) {
    return array.isEmpty() ? NonFiniteCount.NONE : Measures.of(array).nonFinite(array);
  }

  /**
   * Returns whether every element of every array is finite.
   *
   * @param norm the arrays' norm of whatever type, which spares the second look where it is finite
   */
  public static boolean isFinite(double norm, List<INDArray> arrays) {
    return Double.isFinite(norm)
        || arrays.stream().allMatch(array -> nonFinite(array).total() == 0);
  }
}
