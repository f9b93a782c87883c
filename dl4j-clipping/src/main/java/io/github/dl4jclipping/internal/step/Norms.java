package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.norm.NormType;

/**
 * Holds the norms of the gradient of one step.
 *
 * @param global the norm of all parameters that take part
 * @param byParameter the norm of each parameter; the next step overwrites this array
 * @param finite whether every element is finite, including stretches that are only watched
 */
@SuppressWarnings("ArrayRecordComponent") // lives within one step, never compared
record Norms(double global, double[] byParameter, boolean finite) {

  /**
   * Measures a gradient. The same values are measured whether or not there are observers.
   *
   * @param divisor the divisor that is still to be applied to the gradient
   * @param byParameter the array that receives the parameters' norms
   */
  static Norms measure(
      GradientViews gradient, NormType type, double divisor, double[] byParameter) {
    GradientNorms.measure(gradient.byParameter(), type, byParameter);
    for (int i = 0; i < byParameter.length; i++) {
      byParameter[i] /= divisor;
    }
    double global = type.combine(byParameter);
    double[] watched = new double[gradient.watchedStretches().size()];
    GradientNorms.measure(gradient.watchedStretches(), type, watched);
    boolean finite =
        GradientNorms.isFinite(global, gradient.participants())
            && GradientNorms.isFinite(type.combine(watched), gradient.watched());
    return new Norms(global, byParameter, finite);
  }
}
