package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.norm.NormType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Clips the gradient of each layer by its own norm, as DL4J's {@code ClipL2PerLayer} does. Unlike
 * there, BatchNormalization's running statistics are neither measured nor scaled.
 *
 * <p>Unlike clipping by the global norm, this can change the gradient's direction. Reports carry
 * the norm and coefficient of each layer as a part. There is no epsilon: a norm that is at most the
 * bound is unchanged, and a larger one is scaled by {@code maxNorm / norm}.
 *
 * @param bound the bound on each layer's norm, finite and greater than 0
 * @param normType the type of the norm that is bounded
 */
public record LayerNormRule(double bound, NormType normType) implements ClipRule {

  /** Checks the bound. */
  public LayerNormRule {
    Bounds.positive("maxNorm", bound);
    Objects.requireNonNull(normType, "normType must not be null");
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    Map<String, Double> maxNorms = new LinkedHashMap<>();
    parameters.forEach(parameter -> maxNorms.put(parameter.layer(), bound));
    return Partition.of(parameters.stream().map(RuleParameter::layer).toList(), maxNorms, normType)
        ::decide;
  }

  @Override
  public String toString() {
    return "layerNorm(maxNorm=" + bound + ", normType=" + normType + ")";
  }
}
