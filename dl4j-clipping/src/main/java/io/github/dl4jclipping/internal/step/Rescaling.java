package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.internal.norm.GradientRescaling;
import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.internal.norm.Units;
import io.github.dl4jclipping.internal.precision.Division;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.Decision;
import io.github.dl4jclipping.rule.UnitMeasurement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Applies a decision to the gradient of one step, and divides the gradient.
 *
 * <p>If the gradient is scaled, the division by the minibatch size and the clip are one
 * multiplication. If it is not scaled, the division gives the same result as DL4J's own, to the
 * bit.
 *
 * @param division the division that is still to be applied to the gradient
 */
record Rescaling(GradientViews views, NormType type, Division division) {

  private static final double LARGEST_HALF = 65504;

  /**
   * Applies a decision.
   *
   * @throws IllegalStateException if the gradient's data type cannot hold the result
   */
  Rescaled apply(Decision decision, Norms norms, Optional<UnitMeasurement> measured) {
    Rescaled rescaled = rescale(decision, norms, measured);
    requireHeld(rescaled.clippedNorm());
    return rescaled;
  }

  private Rescaled rescale(Decision decision, Norms norms, Optional<UnitMeasurement> measured) {
    if (decision instanceof Decision.ScaleAll all && all.coefficient() != 1) {
      return scaleAll(all.coefficient(), norms);
    }
    if (decision instanceof Decision.ScaleEach each && !isOnes(each.coefficients())) {
      return scaleEach(each.coefficients(), norms);
    }
    if (decision instanceof Decision.ScaleUnits units && !isOnes(units.coefficients())) {
      return scaleUnits(units.coefficients(), norms, measured.orElseThrow());
    }
    division.apply(views);
    if (decision instanceof Decision.Clamp clamp && exceeds(clamp.bound())) {
      GradientRescaling.clamp(views.participants(), clamp.bound());
      return new Rescaled(
          GradientNorms.global(views.participants(), type), Double.NaN, StepOutcome.CLIPPED);
    }
    return new Rescaled(norms.global(), 1, StepOutcome.UNCHANGED);
  }

  private Rescaled scaleAll(double coefficient, Norms norms) {
    GradientRescaling.rescale(views.participants(), coefficient / division.whole());
    division.applyToOthers(views);
    return new Rescaled(
        times(norms.global(), coefficient), coefficient, Rescaled.scaledBy(coefficient));
  }

  /**
   * Multiplies a norm by a coefficient; a coefficient of 0 gives 0 even if the norm is infinite.
   */
  private static double times(double norm, double coefficient) {
    return coefficient == 0 ? 0 : coefficient * norm;
  }

  private Rescaled scaleEach(double[] coefficients, Norms norms) {
    double[] clipped = norms.byParameter().clone();
    for (int i = 0; i < coefficients.length; i++) {
      GradientRescaling.rescale(
          views.byParameter().get(i).view(), coefficients[i] / division.whole());
      clipped[i] = times(clipped[i], coefficients[i]);
    }
    return scaled(clipped, norms, Arrays.stream(coefficients));
  }

  private Rescaled scaleUnits(double[][] coefficients, Norms norms, UnitMeasurement measured) {
    List<Units> units = views.layout().units();
    double[] clipped = new double[coefficients.length];
    for (int i = 0; i < coefficients.length; i++) {
      double[] factors = coefficients[i].clone();
      double[] left = measured.gradient()[i].clone();
      for (int unit = 0; unit < factors.length; unit++) {
        left[unit] = times(left[unit], factors[unit]);
        factors[unit] /= division.whole();
      }
      GradientRescaling.rescaleUnits(views.byParameter().get(i), units.get(i), factors);
      clipped[i] = NormType.L2.combine(left);
    }
    return scaled(clipped, norms, Arrays.stream(coefficients).flatMapToDouble(Arrays::stream));
  }

  private Rescaled scaled(double[] clipped, Norms norms, DoubleStream coefficients) {
    division.applyToOthers(views);
    double clippedNorm = type.combine(clipped);
    return new Rescaled(
        clippedNorm,
        norms.global() == 0 ? 1 : clippedNorm / norms.global(),
        Rescaled.scaledBy(coefficients.min().orElseThrow()));
  }

  /**
   * Checks that the data type holds the gradient. Elements are checked only if the norm exceeds the
   * largest number, because no element is larger than the norm.
   */
  private void requireHeld(double norm) {
    DataType held = views.flat().dataType();
    double largest = largest(held);
    if (norm > largest && !GradientNorms.isFinite(Double.NaN, views.participants())) {
      throw new IllegalStateException(
          "After scaling, the gradient has the norm "
              + norm
              + " and at least one element beyond the largest "
              + held
              + ", "
              + largest
              + ". Nothing was applied. Set a smaller norm, or train in a wider data type.");
    }
  }

  private static double largest(DataType type) {
    return switch (type) {
      case HALF -> LARGEST_HALF;
      case FLOAT, BFLOAT16 -> Float.MAX_VALUE;
      default -> Double.MAX_VALUE;
    };
  }

  private boolean isOnes(double[][] coefficients) {
    requireEach(coefficients.length);
    return Arrays.stream(coefficients).flatMapToDouble(Arrays::stream).allMatch(c -> c == 1);
  }

  private boolean isOnes(double[] coefficients) {
    requireEach(coefficients.length);
    return Arrays.stream(coefficients).allMatch(coefficient -> coefficient == 1);
  }

  private void requireEach(int given) {
    if (given != views.byParameter().size()) {
      throw new IllegalStateException(
          "A rule must return a coefficient for each of the "
              + views.byParameter().size()
              + " parameters, but it returned "
              + given
              + ".");
    }
  }

  private boolean exceeds(double bound) {
    double largest = GradientNorms.global(views.participants(), NormType.INF);
    return !GradientRescaling.isWithin(views.participants(), largest, bound);
  }
}
