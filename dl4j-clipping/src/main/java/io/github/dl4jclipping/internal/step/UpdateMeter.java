package io.github.dl4jclipping.internal.step;

import io.github.dl4jclipping.internal.norm.GradientLayout;
import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.internal.norm.GradientViews;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.report.UpdateRatios;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compares the update of each parameter with the parameter. */
final class UpdateMeter {

  private final ParameterViews parameters;
  private final List<String> names;

  UpdateMeter(Network network, GradientLayout layout, List<String> names) {
    this.parameters = new ParameterViews(network, layout);
    this.names = names;
  }

  /**
   * Measures an update.
   *
   * @param update what is subtracted from the parameters next
   */
  UpdateRatios measure(GradientViews update, int iteration) {
    double[] updates = norms(update);
    double[] before = norms(parameters.now());
    Map<String, Double> ratios = new LinkedHashMap<>();
    for (int i = 0; i < updates.length; i++) {
      ratios.put(names.get(i), updates[i] / before[i]);
    }
    return new UpdateRatios(iteration, ratios);
  }

  private double[] norms(GradientViews views) {
    double[] norms = new double[names.size()];
    GradientNorms.measure(views.byParameter(), NormType.L2, norms);
    return norms;
  }
}
