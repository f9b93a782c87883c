package io.github.dl4jclipping.step;

/**
 * What became of a gradient.
 *
 * @param clippedNorm its norm as it is handed to the updater
 * @param coefficient what it was multiplied by, NaN where there is no such number
 * @param changed whether it was changed, and with it divided by the minibatch size
 */
record Rescaled(double clippedNorm, double coefficient, boolean changed) {}
