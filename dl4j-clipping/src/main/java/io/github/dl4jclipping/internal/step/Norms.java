package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.norm.NormType;

/**
 * The norms of one step's gradient.
 *
 * @param global the norm of everything that takes part
 * @param byParameter the norm of each parameter; the next step's norms take its place
 * @param finite whether every element is finite, of what is only watched, too
 */
@SuppressWarnings("ArrayRecordComponent") // lives within one step, never compared
record Norms(double global, double[] byParameter, boolean finite) {

  /**
   * Measures a gradient, once: what is measured never depends on who watches.
   *
   * @param divisor what the gradient is yet to be divided by
   * @param byParameter where the parameters' norms are put
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
