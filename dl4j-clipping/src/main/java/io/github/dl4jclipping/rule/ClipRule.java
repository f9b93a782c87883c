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

  /**
   * Scales the whole gradient so that its L2 norm is at most what a schedule says.
   *
   * @see ScheduledNormRule
   */
  static ClipRule globalNorm(NormSchedule schedule) {
    return new ScheduledNormRule(schedule, NormType.L2);
  }

  /**
   * Scales the whole gradient to an L2 norm, up as well as down.
   *
   * @throws IllegalArgumentException if {@code norm} is not finite or not greater than 0
   * @see RenormalizeRule
   */
  static ClipRule renormalize(double norm) {
    return new RenormalizeRule(norm, NormType.L2);
  }

  /**
   * Clips the gradient of each layer by its own L2 norm.
   *
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   * @see LayerNormRule
   */
  static ClipRule layerNorm(double maxNorm) {
    return new LayerNormRule(maxNorm, NormType.L2);
  }

  /**
   * Clips the gradient of each parameter by its own L2 norm.
   *
   * @throws IllegalArgumentException if {@code maxNorm} is not finite or not greater than 0
   * @see ParameterNormRule
   */
  static ClipRule parameterNorm(double maxNorm) {
    return new ParameterNormRule(maxNorm, NormType.L2);
  }

  /**
   * Clips the gradient of each parameter by the root of the mean of its squares.
   *
   * @throws IllegalArgumentException if {@code maxRms} is not finite or not greater than 0
   * @see BlockRmsRule
   */
  static ClipRule blockRms(double maxRms) {
    return new BlockRmsRule(maxRms);
  }

  /**
   * Clips by a percentile of all norms so far: the 10th, the paper's choice.
   *
   * @see AutoClipRule
   */
  static ClipRule autoClip() {
    return autoClip(AutoClipRule.DEFAULT_PERCENTILE);
  }

  /**
   * Clips by a percentile of all norms so far.
   *
   * @throws IllegalArgumentException if {@code percentile} is not greater than 0 and less than 100
   * @see AutoClipRule
   */
  static ClipRule autoClip(double percentile) {
    return new AutoClipRule(percentile);
  }

  /**
   * Clips by twice the median of the norms of the 100 steps before.
   *
   * @see MedianNormRule
   */
  static ClipRule medianNorm() {
    return MedianNormRule.DEFAULT;
  }

  /**
   * Clips by a multiple of the median of the norms of the steps before.
   *
   * @throws IllegalArgumentException if {@code factor} is not finite or not greater than 0, or
   *     {@code window} not from 1 to {@value MedianNormRule#MAX_WINDOW}
   * @see MedianNormRule
   */
  static ClipRule medianNorm(double factor, int window) {
    return new MedianNormRule(factor, window);
  }

  /**
   * Clips norms that stand out from a running mean by more than 2.5 standard deviations, and those
   * above 1; for other settings see {@link ZClipRule}.
   */
  static ClipRule zClip() {
    return ZClipRule.DEFAULT;
  }

  /**
   * Clips each parameter by a running mean of its own clipped norms; for other settings see {@link
   * AdaGcRule}.
   */
  static ClipRule adaGc() {
    return AdaGcRule.DEFAULT;
  }

  /**
   * Clips the gradient of each unit to 0.01 of the norm of its weights; for other settings see
   * {@link AgcRule}.
   */
  static ClipRule agc() {
    return AgcRule.DEFAULT;
  }

  /**
   * Applies several rules, each to what the one before left.
   *
   * @throws IllegalArgumentException if there are none, or if they contradict each other
   * @see SequenceRule
   */
  static ClipRule inOrder(ClipRule... rules) {
    return new SequenceRule(List.of(rules));
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

  /** Returns whether it asks for the norms of single units, which cost a pass of their own. */
  default boolean needsUnitNorms() {
    return false;
  }

  /** Returns whether clipping almost every step is what this rule is for, and no cause to warn. */
  default boolean clipsMostSteps() {
    return false;
  }

  /**
   * Returns whether it bounds the norm of the whole gradient from above: beside {@link
   * #renormalize}, which sets that norm, one of the two would have no effect.
   */
  default boolean boundsWhole() {
    return false;
  }

  /** Returns whether it learns from the steps, so that its history is worth saving. */
  default boolean learns() {
    return false;
  }

  /** Returns how many steps it takes until it decides by what it has learned. */
  default int warmUp() {
    return 0;
  }

  /** Returns the rules that are applied one after the other: this one, unless it is several. */
  default List<ClipRule> stages() {
    return List.of(this);
  }

  /**
   * Returns this rule for some of a network's parameters, those of the layer in layerwise
   * pretraining: without what it says of others by name.
   */
  default ClipRule forSome(List<RuleParameter> parameters) {
    return this;
  }

  /**
   * Starts afresh for one network.
   *
   * @param parameters those that take part, in the order of the parameter norms
   * @throws IllegalStateException if this rule does not suit them
   */
  RuleState start(List<RuleParameter> parameters);
}
