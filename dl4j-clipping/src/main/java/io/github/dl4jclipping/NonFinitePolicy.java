package io.github.dl4jclipping;

/**
 * Defines what happens to a step whose gradient has a NaN or an infinity.
 *
 * <p>A norm beyond the range of a float is not such a case if all elements are finite: it is
 * measured and clipped.
 */
public enum NonFinitePolicy {

  /**
   * Throws {@link NonFiniteGradientException} and applies nothing; the default. Parameters, updater
   * state and BatchNormalization's statistics are as they were before the step, and the network can
   * continue training. Use {@link #SKIP} to lose the step instead of the run.
   */
  RAISE,

  /**
   * Applies the step unscaled, as DL4J would, and logs a warning. The NaN reaches the parameters:
   * this is for watching, not for protection.
   */
  WARN,

  /**
   * Applies nothing and continues with the next batch. Parameters, updater state and
   * BatchNormalization's statistics do not change; DL4J's iteration counter advances. After {@code
   * maxConsecutiveSkips} consecutive skips, the next non-finite step raises. Unlike {@link #ZERO},
   * this applies no part of a broken gradient.
   */
  SKIP,

  /**
   * Sets non-finite elements to 0, then clips and applies the rest, which also advances the updater
   * state. Use {@link #SKIP} unless you know that single elements break without harm to the others.
   */
  ZERO
}
