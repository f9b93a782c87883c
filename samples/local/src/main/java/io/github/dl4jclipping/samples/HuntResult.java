package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.NonFiniteReport;

/**
 * What became of a training under one policy.
 *
 * @param policy the policy
 * @param steps the steps that were begun
 * @param incidents those whose gradient was not finite
 * @param stopped whether an exception ended it
 * @param finite whether its parameters are finite
 * @param accuracy on the second batch, which is without fault, from 0 to 1
 * @param first the first incident
 */
record HuntResult(
    NonFinitePolicy policy,
    int steps,
    int incidents,
    boolean stopped,
    boolean finite,
    double accuracy,
    NonFiniteReport first) {}
