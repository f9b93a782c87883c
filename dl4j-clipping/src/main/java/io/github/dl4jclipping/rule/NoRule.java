package io.github.dl4jclipping.rule;

import java.util.List;

/** Only measures, and leaves every gradient unchanged. */
public record NoRule() implements ClipRule {

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    Decision keep = new Decision.Keep(Double.POSITIVE_INFINITY);
    return gradient -> keep;
  }

  @Override
  public String toString() {
    return "none()";
  }
}
