package io.github.dl4jclipping.step;

import io.github.dl4jclipping.norm.GradientNorms;
import io.github.dl4jclipping.norm.GradientViews;
import io.github.dl4jclipping.norm.NormType;
import java.util.Arrays;

/**
 * The norms of one step's gradient.
 *
 * @param global the norm of everything that takes part
 * @param byParameter the norm of each parameter, empty where nobody asked
 * @param finite whether every element is finite, pseudo-gradients included
 */
@SuppressWarnings("ArrayRecordComponent") // lives within one step, never compared
record Norms(double global, double[] byParameter, boolean finite) {

  private static final double[] NOT_ASKED = {};

  static Norms measure(GradientViews gradient, NormType type, boolean byParameter) {
    double[] each = byParameter ? GradientNorms.norms(gradient.byParameter(), type) : NOT_ASKED;
    // Not combined from each: training must not depend on who watches, not even by a bit.
    double global = GradientNorms.global(gradient.participants(), type);
    double pseudo = GradientNorms.global(gradient.pseudoGradients(), NormType.INF);
    boolean finite =
        GradientNorms.isFinite(global, gradient.participants())
            && GradientNorms.isFinite(pseudo, gradient.pseudoGradients());
    return new Norms(global, each, finite);
  }

  Norms dividedBy(double divisor) {
    return divisor == 1
        ? this
        : new Norms(
            global / divisor, Arrays.stream(byParameter).map(n -> n / divisor).toArray(), finite);
  }
}
