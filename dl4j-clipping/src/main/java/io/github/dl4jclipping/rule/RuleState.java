package io.github.dl4jclipping.rule;

import java.util.Map;

/**
 * Applies a {@link ClipRule} to one network, step by step, and keeps what an adaptive rule has
 * learned. Only one thread at a time calls it.
 */
@FunctionalInterface
public interface RuleState {

  /**
   * Decides what to do with the gradient of one step. It is called only for finite gradients, so a
   * step that is skipped or raises never enters the rule's history.
   */
  Decision decide(GradientMeasurement gradient);

  /**
   * Returns everything that the rule has learned, as finite numbers by name; empty for a rule that
   * does not learn.
   */
  default Map<String, double[]> save() {
    return Map.of();
  }

  /**
   * Restores what another state, of an equal rule and equal parameters, has {@linkplain #save
   * saved}. From then on both states make the same decisions, to the bit.
   *
   * @throws IllegalArgumentException if the numbers are not such a history; this state is then
   *     unchanged
   */
  default void restore(Map<String, double[]> saved) {
    if (!saved.isEmpty()) {
      throw new IllegalArgumentException(
          "this rule does not learn, so it cannot restore the history " + saved.keySet());
    }
  }
}
