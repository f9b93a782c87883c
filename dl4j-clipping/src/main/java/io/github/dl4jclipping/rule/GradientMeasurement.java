package io.github.dl4jclipping.rule;

/**
 * What a rule is told of one step's gradient: the mean over the minibatch, before clipping.
 *
 * @param iteration DL4J's iteration counter, from 0
 * @param epoch DL4J's epoch counter, from 0
 * @param norm the norm of all parameters together
 * @param parameterNorms the norm of each parameter, in the order of their names. Not to be changed,
 *     nor to be kept: the next step's norms take their place
 */
@SuppressWarnings(
    "ArrayRecordComponent") // handed from hand to hand within one step, never compared
public record GradientMeasurement(int iteration, int epoch, double norm, double[] parameterNorms) {}
