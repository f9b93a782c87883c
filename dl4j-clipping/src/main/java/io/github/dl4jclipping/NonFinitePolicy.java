package io.github.dl4jclipping;

/**
 * Says what happens to a step whose gradient holds a NaN or an infinity.
 *
 * <p>A norm that merely leaves the range of a float is no such case: it is measured and clipped.
 */
public enum NonFinitePolicy {

  /**
   * Throws {@link NonFiniteGradientException} and applies nothing: the default. Parameters, updater
   * state and BatchNormalization's statistics are as before the step, and the network can train on.
   * Use {@link #SKIP} to lose the step instead of the run.
   */
  RAISE,

  /**
   * Applies the step unscaled, as DL4J would, and logs a warning. The NaN reaches the parameters:
   * this is for watching, not for protection.
   */
  WARN,

  /**
   * Applies nothing and goes on with the next batch: parameters, updater state and
   * BatchNormalization's statistics stay, DL4J's iteration counter advances. More skips in a row
   * than {@code maxConsecutiveSkips} raise. Unlike {@link #ZERO}, no part of a broken gradient is
   * trusted.
   */
  SKIP,

  /**
   * Makes the elements that are not finite 0, then clips and applies the rest: updater state moves
   * on. Use {@link #SKIP} unless single elements are known to break without harm to the others.
   */
  ZERO
}
