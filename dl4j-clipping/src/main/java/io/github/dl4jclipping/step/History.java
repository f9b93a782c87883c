package io.github.dl4jclipping.step;

import java.util.List;
import java.util.Map;

/**
 * What a rule has learned of a network, as it is saved.
 *
 * @param rule the rule in words, which must be equal where it is taken up
 * @param parameters the names of the parameters that take part, likewise
 * @param stages the numbers of each stage, by name
 */
record History(String rule, List<String> parameters, List<Map<String, double[]>> stages) {}
