package io.github.dl4jclipping.forensics;

import java.io.Serializable;

/**
 * Counts what is not finite in the gradient of one parameter.
 *
 * @param name the parameter, such as {@code 0_W} or {@code dense_W}
 * @param elements how many elements it has
 * @param nan elements that are NaN
 * @param positiveInfinity elements that are +Infinity
 * @param negativeInfinity elements that are -Infinity
 */
public record NonFiniteParameter(
    String name, long elements, long nan, long positiveInfinity, long negativeInfinity)
    implements Serializable {}
