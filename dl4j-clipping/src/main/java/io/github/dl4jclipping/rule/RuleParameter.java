package io.github.dl4jclipping.rule;

/**
 * What a rule knows of one parameter that takes part.
 *
 * @param name layer and parameter, such as {@code 0_W} or {@code dense_W}
 * @param layer the layer's index or the vertex's name, such as {@code 0} or {@code dense}
 * @param length how many elements it has
 */
public record RuleParameter(String name, String layer, long length) {}
