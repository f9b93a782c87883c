package io.github.dl4jclipping.rule;

import java.io.Serializable;

/**
 * What one step did to a part of the gradient, or did in one of several stages.
 *
 * @param name the group, the layer, or the stage with its number
 * @param norm the norm before
 * @param coefficient what it was multiplied by; NaN where there is no such number
 * @param maxNorm the bound on it, +Infinity where there is none
 */
public record ClipPart(String name, double norm, double coefficient, double maxNorm)
    implements Serializable {}
