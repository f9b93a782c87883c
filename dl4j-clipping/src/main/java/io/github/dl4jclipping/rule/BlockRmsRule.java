package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import java.util.List;

/**
 * Clips the gradient of each parameter by its root mean square: {@code g / max(1, rms / maxRms)},
 * as optax's {@code clip_by_block_rms} does. One bound therefore suits large and small parameters.
 *
 * <p>Reference: Shazeer and Stern, <a href="https://arxiv.org/abs/1804.04235">Adafactor: Adaptive
 * Learning Rates with Sublinear Memory Cost</a>, 2018, section 6.
 *
 * @param maxRms the bound, finite and greater than 0
 */
public record BlockRmsRule(double maxRms) implements ClipRule {

  /** Checks the bound. */
  public BlockRmsRule {
    Bounds.positive("maxRms", maxRms);
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    double[] roots =
        parameters.stream()
            .mapToDouble(parameter -> Math.sqrt((double) parameter.length()))
            .toArray();
    return gradient -> {
      double[] coefficients = new double[roots.length];
      for (int i = 0; i < roots.length; i++) {
        double rms = gradient.parameterNorms()[i] / roots[i];
        coefficients[i] = ExactBound.coefficient(maxRms, rms);
      }
      return new Decision.ScaleEach(coefficients, Double.POSITIVE_INFINITY);
    };
  }

  @Override
  public String toString() {
    return "blockRms(maxRms=" + maxRms + ")";
  }
}
