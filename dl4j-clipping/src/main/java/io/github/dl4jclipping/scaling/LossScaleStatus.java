package io.github.dl4jclipping.scaling;

import java.io.Serializable;

/**
 * Tells how the loss of one step was scaled.
 *
 * @param scale what the loss was multiplied by, before the division by the minibatch size; 1 where
 *     the gradient came without scaling
 * @param goodSteps the steps in a row, up to this one, whose scaled gradient was finite, since the
 *     scale last changed; 0 after an overflow and after growth
 * @param overflows the steps so far, this one included, that were skipped because the scaled
 *     gradient overflowed
 */
public record LossScaleStatus(double scale, int goodSteps, long overflows)
    implements Serializable {}
