package io.github.dl4jclipping;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.internal.forensics.NonFiniteFinder;
import io.github.dl4jclipping.internal.norm.ArrayChecks;
import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.internal.norm.GradientRescaling;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.rule.GlobalNormRule;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Measures and clips arrays in place: PyTorch's functions, for a training loop of one's own.
 *
 * <p>Take any arrays of floating-point type, of different types and shapes too, views and orders
 * included. Bad arguments are refused before anything is changed: so are arrays that were closed,
 * and arrays of a workspace that was closed since, as by ND4J itself. Stateless and thread-safe as
 * long as the arrays are not shared.
 */
public final class Gradients {

  private Gradients() {}

  /**
   * Returns the norm of all arrays together, read-only; 0 for none. PyTorch: {@code
   * get_total_norm}.
   *
   * <p>NaN if an element is NaN, otherwise infinite if one is. Sums run in double: unlike in
   * PyTorch, finite arrays have a finite norm wherever it is within the range of a double.
   *
   * @throws IllegalArgumentException if an array is not of a floating-point type, or was closed or
   *     left its workspace
   */
  public static double totalNorm(NormType type, INDArray... gradients) {
    Objects.requireNonNull(type, "type must not be null");
    return GradientNorms.global(checked(gradients), type);
  }

  /**
   * Scales all arrays together so that their norm is at most {@code maxNorm}, and returns the norm
   * before. PyTorch: {@code clip_grad_norm_}.
   *
   * <p>All elements are multiplied by {@code min(1, maxNorm / (norm + 1e-6))}. With {@code
   * errorIfNonFinite} false that holds for a norm that is not finite, too, as in PyTorch: an
   * infinite one makes finite elements 0 and infinite ones NaN, a NaN one makes all NaN.
   *
   * @param maxNorm the bound
   * @param type the norm
   * @param errorIfNonFinite whether to refuse arrays whose norm is not finite
   * @param gradients changed in place
   * @return the norm before clipping
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0, or an
   *     array is not of a floating-point type, was closed or left its workspace
   * @throws NonFiniteGradientException if {@code errorIfNonFinite} and the norm is not finite; the
   *     arrays are unchanged
   */
  public static double clipByGlobalNorm(
      double maxNorm, NormType type, boolean errorIfNonFinite, INDArray... gradients) {
    Objects.requireNonNull(type, "type must not be null");
    Bounds.positive("maxNorm", maxNorm);
    List<INDArray> arrays = checked(gradients);
    double norm = GradientNorms.global(arrays, type);
    if (errorIfNonFinite && !Double.isFinite(norm)) {
      throw new NonFiniteGradientException(
          "Nothing was changed. To scale by the non-finite norm as PyTorch does, pass"
              + " errorIfNonFinite = false.",
          new NonFiniteReport(-1, -1, Double.NaN, NonFiniteFinder.find(arrays)));
    }
    scale(maxNorm, norm, arrays);
    return norm;
  }

  /**
   * Scales all arrays by a norm that is known already. PyTorch: {@code clip_grads_with_norm_}.
   *
   * @param maxNorm the bound
   * @param totalNorm the norm before, NaN and infinity included
   * @param gradients changed in place
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0, {@code
   *     totalNorm} is negative, or an array is not of a floating-point type, was closed or left its
   *     workspace
   */
  public static void clipWithNorm(double maxNorm, double totalNorm, INDArray... gradients) {
    Bounds.positive("maxNorm", maxNorm);
    if (totalNorm < 0) {
      throw new IllegalArgumentException("totalNorm must be >= 0, but was " + totalNorm);
    }
    scale(maxNorm, totalNorm, checked(gradients));
  }

  /**
   * Brings every element into {@code [-clipValue, clipValue]}; NaN stays NaN. PyTorch: {@code
   * clip_grad_value_}.
   *
   * @param clipValue the largest magnitude allowed
   * @param gradients changed in place
   * @throws IllegalArgumentException if {@code clipValue} is not finite or not greater than 0, or
   *     an array is not of a floating-point type, was closed or left its workspace
   */
  public static void clipByValue(double clipValue, INDArray... gradients) {
    Bounds.positive("clipValue", clipValue);
    GradientRescaling.clamp(checked(gradients), clipValue);
  }

  private static void scale(double maxNorm, double norm, List<INDArray> arrays) {
    GradientRescaling.rescale(arrays, GlobalNormRule.coefficient(maxNorm, norm));
  }

  private static List<INDArray> checked(INDArray... gradients) {
    Objects.requireNonNull(gradients, "gradients must not be null");
    for (int i = 0; i < gradients.length; i++) {
      int index = i;
      Supplier<String> name = () -> "gradients[" + index + "]";
      Objects.requireNonNull(gradients[i], () -> name.get() + " must not be null");
      if (!gradients[i].dataType().isFPType()) {
        throw new IllegalArgumentException(
            name.get() + " must be of a floating-point type, but was " + gradients[i].dataType());
      }
      ArrayChecks.requireOwnMemory(name, gradients[i]);
    }
    return Arrays.asList(gradients);
  }
}
