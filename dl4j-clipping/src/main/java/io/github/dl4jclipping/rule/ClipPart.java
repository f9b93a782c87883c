package io.github.dl4jclipping.rule;

import java.io.Serializable;

/**
 * Describes what one step did to one part of the gradient, or in one of several stages.
 *
 * @param name the group, the layer, or the stage with its number
 * @param norm the norm before clipping
 * @param coefficient the factor on the part; NaN if there is no single factor
 * @param maxNorm the bound on the norm; +Infinity if there is none
 */
public record ClipPart(String name, double norm, double coefficient, double maxNorm)
    implements Serializable {}
