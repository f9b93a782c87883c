package io.github.dl4jclipping.scaling;

import java.io.Serializable;

/**
 * Describes how the loss of one step was scaled.
 *
 * @param scale the factor on the loss, before the division by the minibatch size; 1 if the loss of
 *     this gradient was not scaled
 * @param goodSteps the number of consecutive steps, up to this one, whose scaled gradient was
 *     finite, since the scale last changed; 0 after an overflow and after growth
 * @param overflows the number of steps so far, including this one, that were skipped because the
 *     scaled gradient overflowed
 */
public record LossScaleStatus(double scale, int goodSteps, long overflows)
    implements Serializable {}
