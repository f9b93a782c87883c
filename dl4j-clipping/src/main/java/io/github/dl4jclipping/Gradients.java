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
 * Measures and clips arrays in place, for training loops of your own: the counterpart of PyTorch's
 * functions.
 *
 * <p>All methods accept arrays of any floating-point type, shape and order, including views; types
 * and shapes may be mixed. Bad arguments are refused before anything is changed. Like ND4J itself,
 * the methods also refuse arrays that are closed or whose workspace is closed. Stateless, and
 * thread-safe as long as threads do not share arrays.
 */
public final class Gradients {

  private Gradients() {}

  /**
   * Returns the norm of all arrays together, or 0 if there are none; changes nothing. PyTorch:
   * {@code get_total_norm}.
   *
   * <p>The norm is NaN if an element is NaN, otherwise infinite if an element is infinite. Sums are
   * computed in double: unlike in PyTorch, finite arrays have a finite norm whenever it is within
   * the range of a double.
   *
   * @throws IllegalArgumentException if an array is not of a floating-point type, is closed, or its
   *     workspace is closed
   */
  public static double totalNorm(NormType type, INDArray... gradients) {
    Objects.requireNonNull(type, "type must not be null");
    return GradientNorms.global(checked(gradients), type);
  }

  /**
   * Scales all arrays together so that their norm is at most {@code maxNorm}, and returns the norm
   * before clipping. PyTorch: {@code clip_grad_norm_}.
   *
   * <p>All elements are multiplied by {@code min(1, maxNorm / (norm + 1e-6))}. If {@code
   * errorIfNonFinite} is false, this also holds for a non-finite norm, as in PyTorch: an infinite
   * norm turns finite elements into 0 and infinite ones into NaN; a NaN norm turns all elements
   * into NaN.
   *
   * @param maxNorm the bound
   * @param type the type of the norm
   * @param errorIfNonFinite whether to refuse arrays whose norm is non-finite
   * @param gradients changed in place
   * @return the norm before clipping
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0, or if
   *     an array is not of a floating-point type, is closed, or its workspace is closed
   * @throws NonFiniteGradientException if {@code errorIfNonFinite} is true and the norm is
   *     non-finite; the arrays are unchanged
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
   * Scales all arrays by a norm that was computed before. PyTorch: {@code clip_grads_with_norm_}.
   *
   * @param maxNorm the bound
   * @param totalNorm the norm before clipping; may be NaN or infinite
   * @param gradients changed in place
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0, if
   *     {@code totalNorm} is negative, or if an array is not of a floating-point type, is closed,
   *     or its workspace is closed
   */
  public static void clipWithNorm(double maxNorm, double totalNorm, INDArray... gradients) {
    Bounds.positive("maxNorm", maxNorm);
    if (totalNorm < 0) {
      throw new IllegalArgumentException("totalNorm must be >= 0, but was " + totalNorm);
    }
    scale(maxNorm, totalNorm, checked(gradients));
  }

  /**
   * Clamps every element to {@code [-clipValue, clipValue]}; NaN stays NaN. PyTorch: {@code
   * clip_grad_value_}.
   *
   * @param clipValue the largest magnitude allowed
   * @param gradients changed in place
   * @throws IllegalArgumentException if {@code clipValue} is not finite or not greater than 0, or
   *     if an array is not of a floating-point type, is closed, or its workspace is closed
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
