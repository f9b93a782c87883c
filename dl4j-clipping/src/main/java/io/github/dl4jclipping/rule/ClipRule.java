package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.norm.NormType;
import java.io.Serializable;
import java.util.List;

/**
 * Decides how a gradient is clipped, based on its norms.
 *
 * <p>A rule is a setting: immutable, serialisable, with {@code equals} and with a {@code toString}
 * that names its bounds. What it learns is kept in the {@link RuleState} that it creates for each
 * network. A custom rule works wherever settings are given in code; it has no JSON form.
 */
public interface ClipRule extends Serializable {

  /**
   * Returns a rule that scales the whole gradient so that its L2 norm is at most {@code maxNorm}.
   *
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   * @see GlobalNormRule
   */
  static ClipRule globalNorm(double maxNorm) {
    return globalNorm(maxNorm, NormType.L2);
  }

  /**
   * Returns a rule that scales the whole gradient so that its norm of the given type is at most
   * {@code maxNorm}.
   *
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   * @see GlobalNormRule
   */
  static ClipRule globalNorm(double maxNorm, NormType normType) {
    return new GlobalNormRule(maxNorm, normType);
  }

  /**
   * Returns a rule that clamps every element of the gradient to {@code [-clipValue, clipValue]}.
   *
   * @throws IllegalArgumentException if {@code clipValue} is not finite or not greater than 0
   * @see ValueRule
   */
  static ClipRule value(double clipValue) {
    return new ValueRule(clipValue);
  }

  /** Returns a rule that only measures and never changes a gradient. */
  static ClipRule none() {
    return new NoRule();
  }

  /**
   * Returns a rule that scales the whole gradient so that its L2 norm is at most the bound of a
   * schedule.
   *
   * @see ScheduledNormRule
   */
  static ClipRule globalNorm(NormSchedule schedule) {
    return new ScheduledNormRule(schedule, NormType.L2);
  }

  /**
   * Returns a rule that scales the whole gradient, up or down, to a fixed L2 norm.
   *
   * @throws IllegalArgumentException if {@code norm} is not finite or not greater than 0
   * @see RenormalizeRule
   */
  static ClipRule renormalize(double norm) {
    return new RenormalizeRule(norm, NormType.L2);
  }

  /**
   * Returns a rule that clips the gradient of each layer by its own L2 norm.
   *
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   * @see LayerNormRule
   */
  static ClipRule layerNorm(double maxNorm) {
    return new LayerNormRule(maxNorm, NormType.L2);
  }

  /**
   * Returns a rule that clips the gradient of each parameter by its own L2 norm.
   *
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   * @see ParameterNormRule
   */
  static ClipRule parameterNorm(double maxNorm) {
    return new ParameterNormRule(maxNorm, NormType.L2);
  }

  /**
   * Returns a rule that clips the gradient of each parameter by its root mean square.
   *
   * @throws IllegalArgumentException if {@code maxRms} is not finite or not greater than 0
   * @see BlockRmsRule
   */
  static ClipRule blockRms(double maxRms) {
    return new BlockRmsRule(maxRms);
  }

  /**
   * Returns a rule that clips by the 10th percentile of all norms so far, as in the paper.
   *
   * @see AutoClipRule
   */
  static ClipRule autoClip() {
    return autoClip(AutoClipRule.DEFAULT_PERCENTILE);
  }

  /**
   * Returns a rule that clips by a percentile of all norms so far.
   *
   * @throws IllegalArgumentException if {@code percentile} is not greater than 0 and less than 100
   * @see AutoClipRule
   */
  static ClipRule autoClip(double percentile) {
    return new AutoClipRule(percentile);
  }

  /**
   * Returns a rule that clips by twice the median of the previous 100 norms.
   *
   * @see MedianNormRule
   */
  static ClipRule medianNorm() {
    return MedianNormRule.DEFAULT;
  }

  /**
   * Returns a rule that clips by a multiple of the median of the previous {@code window} norms.
   *
   * @throws IllegalArgumentException if {@code factor} is not finite or not greater than 0, or if
   *     {@code window} is not from 1 to {@value MedianNormRule#MAX_WINDOW}
   * @see MedianNormRule
   */
  static ClipRule medianNorm(double factor, int window) {
    return new MedianNormRule(factor, window);
  }

  /**
   * Returns a rule that clips norms more than 2.5 standard deviations above a running mean, and
   * norms above 1. For other settings see {@link ZClipRule}.
   */
  static ClipRule zClip() {
    return ZClipRule.DEFAULT;
  }

  /**
   * Returns a rule that clips each parameter by a running mean of its own clipped norms. For other
   * settings see {@link AdaGcRule}.
   */
  static ClipRule adaGc() {
    return AdaGcRule.DEFAULT;
  }

  /**
   * Returns a rule that clips the gradient of each unit to 0.01 times the norm of its weights. For
   * other settings see {@link AgcRule}.
   */
  static ClipRule agc() {
    return AgcRule.DEFAULT;
  }

  /**
   * Returns a rule that applies several rules in order, each to the result of the previous one.
   *
   * @throws IllegalArgumentException if there are no rules, or if they contradict each other
   * @see SequenceRule
   */
  static ClipRule inOrder(ClipRule... rules) {
    return new SequenceRule(List.of(rules));
  }

  /** Returns the type of all norms that this rule receives and that reports carry. */
  default NormType normType() {
    return NormType.L2;
  }

  /**
   * Returns the bound on the norm if it is fixed, otherwise +Infinity. Reports carry it for steps
   * in which the rule was not asked for a decision.
   */
  default double maxNorm() {
    return Double.POSITIVE_INFINITY;
  }

  /**
   * Returns whether this rule needs the norms of single units, which take an additional pass over
   * the gradient.
   */
  default boolean needsUnitNorms() {
    return false;
  }

  /** Returns whether this rule is meant to clip almost every step, so that no warning is due. */
  default boolean clipsMostSteps() {
    return false;
  }

  /**
   * Returns whether this rule bounds the norm of the whole gradient from above. Such a rule cannot
   * be combined with {@link #renormalize}, which sets that norm: one of the two would have no
   * effect.
   */
  default boolean boundsWhole() {
    return false;
  }

  /** Returns whether this rule learns from the steps, so that its history is worth saving. */
  default boolean learns() {
    return false;
  }

  /** Returns the number of steps before this rule uses what it has learned. */
  default int warmUp() {
    return 0;
  }

  /** Returns the rules that are applied in order; only this rule, unless it combines several. */
  default List<ClipRule> stages() {
    return List.of(this);
  }

  /**
   * Returns this rule for some of a network's parameters: those of the layer in layerwise
   * pretraining. The returned rule does not name other parameters.
   */
  default ClipRule forSome(List<RuleParameter> parameters) {
    return this;
  }

  /**
   * Creates the state of this rule for one network, with an empty history.
   *
   * @param parameters the parameters that take part, in the order of the parameter norms
   * @throws IllegalStateException if this rule does not suit them
   */
  RuleState start(List<RuleParameter> parameters);
}
