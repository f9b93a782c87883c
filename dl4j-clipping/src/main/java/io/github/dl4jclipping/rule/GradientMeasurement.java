package io.github.dl4jclipping.rule;

import java.util.Optional;

/**
 * Holds what a rule knows about the gradient of one step: norms of the mean over the minibatch,
 * before this rule is applied.
 *
 * @param iteration DL4J's iteration counter, from 0
 * @param epoch DL4J's epoch counter, from 0
 * @param norm the norm of all parameters together
 * @param parameterNorms the norm of each parameter, in the order of the parameters. Do not change
 *     or keep this array: the next step overwrites it
 * @param units the norms of single units; empty unless the rule {@linkplain
 *     ClipRule#needsUnitNorms() needs} them
 */
@SuppressWarnings("ArrayRecordComponent") // passed along within one step, never compared
public record GradientMeasurement(
    int iteration,
    int epoch,
    double norm,
    double[] parameterNorms,
    Optional<UnitMeasurement> units) {

  /** Creates a measurement without units. */
  public GradientMeasurement(int iteration, int epoch, double norm, double[] parameterNorms) {
    this(iteration, epoch, norm, parameterNorms, Optional.empty());
  }
}
