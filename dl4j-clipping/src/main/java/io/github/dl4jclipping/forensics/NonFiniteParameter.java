package io.github.dl4jclipping.forensics;

import java.io.Serializable;

/**
 * Counts the non-finite elements in the gradient of one parameter.
 *
 * @param name the parameter, such as {@code 0_W} or {@code dense_W}
 * @param elements the number of elements in the gradient
 * @param nan the number of elements that are NaN
 * @param positiveInfinity the number of elements that are +Infinity
 * @param negativeInfinity the number of elements that are -Infinity
 */
public record NonFiniteParameter(
    String name, long elements, long nan, long positiveInfinity, long negativeInfinity)
    implements Serializable {}
