package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import java.util.List;

/**
 * Clamps every element of the gradient to {@code [-clipValue, clipValue]}, as PyTorch's {@code
 * clip_grad_value_} does. Unlike clipping by the global norm, this can change the gradient's
 * direction.
 *
 * @param clipValue the largest magnitude allowed, finite and greater than 0
 */
public record ValueRule(double clipValue) implements ClipRule {

  /** Checks the bound. */
  public ValueRule {
    Bounds.positive("clipValue", clipValue);
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    Decision clamp = new Decision.Clamp(clipValue);
    return gradient -> clamp;
  }

  @Override
  public String toString() {
    return "value(clipValue=" + clipValue + ")";
  }
}
