package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.norm.GradientLayout;
import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.internal.norm.Stretch;
import io.github.dl4jclipping.internal.norm.UnitNorms;
import io.github.dl4jclipping.internal.norm.Units;
import io.github.dl4jclipping.rule.UnitMeasurement;
import java.util.List;

/** Measures the norms of the units of one network, in its gradient and in its parameters. */
final class UnitMeter {

  private final List<Units> units;
  private final double[][] gradientNorms;
  private final double[][] parameterNorms;
  private final ParameterViews parameters;

  UnitMeter(Network network, GradientLayout layout) {
    this.parameters = new ParameterViews(network, layout);
    this.units = layout.units();
    this.gradientNorms = buffers();
    this.parameterNorms = buffers();
  }

  private double[][] buffers() {
    return units.stream().map(u -> new double[u.count()]).toArray(double[][]::new);
  }

  /** Returns the norms, in arrays that the next call overwrites. */
  UnitMeasurement measure(GradientViews gradient, double divisor) {
    measure(gradient.byParameter(), gradientNorms);
    for (double[] norms : gradientNorms) {
      for (int i = 0; i < norms.length; i++) {
        norms[i] /= divisor;
      }
    }
    measure(parameters.now().byParameter(), parameterNorms);
    return new UnitMeasurement(gradientNorms, parameterNorms);
  }

  private void measure(List<Stretch> stretches, double[][] norms) {
    for (int i = 0; i < norms.length; i++) {
      UnitNorms.measure(stretches.get(i), units.get(i), norms[i]);
    }
  }
}
