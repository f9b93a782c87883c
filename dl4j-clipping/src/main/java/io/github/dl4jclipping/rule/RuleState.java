package io.github.dl4jclipping.rule;

import java.util.Map;

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

  /**
   * Returns everything that it has learned, as finite numbers by name; nothing for a rule that does
   * not learn.
   */
  default Map<String, double[]> save() {
    return Map.of();
  }

  /**
   * Takes up what another state of an equal rule and equal parameters {@linkplain #save saved}:
   * from then on both decide alike, to the bit.
   *
   * @throws IllegalArgumentException if it is no such history; this state is then unchanged
   */
  default void restore(Map<String, double[]> saved) {
    if (!saved.isEmpty()) {
      throw new IllegalArgumentException(
          "this rule has no history, but was to take up " + saved.keySet());
    }
  }
}
