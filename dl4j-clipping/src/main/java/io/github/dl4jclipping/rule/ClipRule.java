package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.norm.NormType;
import java.io.Serializable;
import java.util.List;

/**
 * Decides from a gradient's norms how it is clipped.
 *
 * <p>A rule is a setting: immutable, serialisable, with {@code equals} and a {@code toString} that
 * names its bounds. What it learns lives in the {@link RuleState} that it starts for each network.
 * A rule of one's own works wherever settings are given in code; it has no JSON form.
 */
public interface ClipRule extends Serializable {

  /**
   * Scales the whole gradient so that its L2 norm is at most {@code maxNorm}.
   *
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   * @see GlobalNormRule
   */
  static ClipRule globalNorm(double maxNorm) {
    return globalNorm(maxNorm, NormType.L2);
  }

  /**
   * Scales the whole gradient so that its norm of the given type is at most {@code maxNorm}.
   *
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   * @see GlobalNormRule
   */
  static ClipRule globalNorm(double maxNorm, NormType normType) {
    return new GlobalNormRule(maxNorm, normType);
  }

  /**
   * Brings every element of the gradient into {@code [-clipValue, clipValue]}.
   *
   * @throws IllegalArgumentException if {@code clipValue} is not finite or not greater than 0
   * @see ValueRule
   */
  static ClipRule value(double clipValue) {
    return new ValueRule(clipValue);
  }

  /** Measures only: never changes a gradient. */
  static ClipRule none() {
    return new NoRule();
  }

  /** Returns the type of all the norms that this rule is given and that reports carry. */
  default NormType normType() {
    return NormType.L2;
  }

  /**
   * Returns the bound on the norm where it is fixed, otherwise +Infinity: what is reported of steps
   * that no decision was asked for.
   */
  default double maxNorm() {
    return Double.POSITIVE_INFINITY;
  }

  /**
   * Starts afresh for one network.
   *
   * @param parameterNames the parameters that take part, in the order of the parameter norms
   */
  RuleState start(List<String> parameterNames);
}
