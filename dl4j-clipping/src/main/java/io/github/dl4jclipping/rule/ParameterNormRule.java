package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.norm.NormType;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Clips the gradient of each parameter by its own norm, as DL4J's {@code ClipL2PerParamType} and
 * Keras's {@code clipnorm} do. Unlike clipping by the global norm, this can change the gradient's
 * direction.
 *
 * <p>There is no epsilon: a norm that is at most the bound is unchanged, and a larger one is scaled
 * by {@code maxNorm / norm}.
 *
 * @param bound the bound on each parameter's norm, finite and greater than 0
 * @param normType the type of the norm that is bounded
 */
public record ParameterNormRule(double bound, NormType normType) implements ClipRule {

  /** Checks the bound. */
  public ParameterNormRule {
    Bounds.positive("maxNorm", bound);
    Objects.requireNonNull(normType, "normType must not be null");
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    return gradient ->
        new Decision.ScaleEach(
            Arrays.stream(gradient.parameterNorms())
                .map(norm -> ExactBound.coefficient(bound, norm))
                .toArray(),
            Double.POSITIVE_INFINITY);
  }

  @Override
  public String toString() {
    return "parameterNorm(maxNorm=" + bound + ", normType=" + normType + ")";
  }
}
