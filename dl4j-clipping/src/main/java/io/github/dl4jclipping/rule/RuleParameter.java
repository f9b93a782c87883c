package io.github.dl4jclipping.rule;

/**
 * Describes one parameter that a rule clips.
 *
 * @param name the name of layer and parameter, such as {@code 0_W} or {@code dense_W}
 * @param layer the layer's index or the vertex's name, such as {@code 0} or {@code dense}
 * @param length the number of elements
 */
public record RuleParameter(String name, String layer, long length) {}
