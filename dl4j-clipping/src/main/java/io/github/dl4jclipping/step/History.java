package io.github.dl4jclipping.step;

import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rule has learned of a network, as it is saved.
 *
 * @param rule the rule in words, which must be equal where it is taken up
 * @param parameters the names of the parameters that take part, likewise
 * @param stages the numbers of each stage, by name
 * @param lossScale where the loss scale stands, null without one
 */
record History(
    String rule,
    List<String> parameters,
    List<Map<String, double[]>> stages,
    @Nullable LossScaleStatus lossScale) {

  History(String rule, List<String> parameters, List<Map<String, double[]>> stages) {
    this(rule, parameters, stages, null);
  }

  History with(@Nullable LossScaleStatus scale) {
    return new History(rule, parameters, stages, scale);
  }
}
