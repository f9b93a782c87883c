package io.github.dl4jclipping.rule;

/**
 * Applies a {@link ClipRule} to one network, step by step, and keeps what an adaptive rule has
 * learned. Called by one thread at a time.
 */
@FunctionalInterface
public interface RuleState {

  /**
   * Decides one step. Asked only about finite gradients: a step that is skipped or refused never
   * enters a rule's history.
   */
  Decision decide(GradientMeasurement gradient);
}
