package io.github.dl4jclipping.rule;

/**
 * The L2 norms of the weights of single units, such as the neurons of a dense layer: of each
 * parameter those of its units, of a vector the one norm of all of it.
 *
 * @param gradient the norms in the gradient, in the order of the parameters. Not to be changed, nor
 *     to be kept: the next step's norms take their place
 * @param parameters the norms in the parameters themselves, as they are before the step; likewise
 */
@SuppressWarnings("ArrayRecordComponent") // lives within one step, never compared
public record UnitMeasurement(double[][] gradient, double[][] parameters) {}
