package io.github.dl4jclipping.rule;

/**
 * Holds the L2 norms of single units, such as the neurons of a dense layer: one array for each
 * parameter, with one norm for each of its units. A vector is one unit.
 *
 * @param gradient the norms of the units' gradients, in the order of the parameters. Do not change
 *     or keep these arrays: the next step overwrites them
 * @param parameters the norms of the units' weights before the step; the same applies
 */
@SuppressWarnings("ArrayRecordComponent") // lives within one step, never compared
public record UnitMeasurement(double[][] gradient, double[][] parameters) {}
