package io.github.dl4jclipping.internal.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parts of a network that have a {@link GradientNormalization} of DL4J's, by name. */
final class LayerNormalization {

  private final Map<String, Trainable> parts = new LinkedHashMap<>();

  LayerNormalization(Map<String, Trainable> all) {
    all.forEach(
        (name, part) -> {
          GradientNormalization kind = part.getConfig().getGradientNormalization();
          if (kind != null && kind != GradientNormalization.None) {
            parts.put(name, part);
          }
        });
  }

  boolean isPresent() {
    return !parts.isEmpty();
  }

  /**
   * Returns whether one of them acts on the network's own gradient even where another one is passed
   * in.
   */
  boolean missesExternalGradients() {
    return parts.values().stream()
        .map(part -> part.getConfig().getGradientNormalization())
        .anyMatch(
            kind ->
                kind != GradientNormalization.RenormalizeL2PerParamType
                    && kind != GradientNormalization.ClipL2PerParamType);
  }

  /** Applies one layer's normalization: DL4J's {@code preApply}. */
  @FunctionalInterface
  interface PreApply {
    void apply(Trainable layer, Gradient layerGradient, int iteration);
  }

  /** Applies all of them to a network's gradient, whose keys are {@code part_parameter}. */
  void apply(Gradient gradient, int iteration, PreApply preApply) {
    parts.forEach(
        (name, part) -> {
          Gradient own = new DefaultGradient();
          for (String parameter : part.paramTable(false).keySet()) {
            INDArray array = gradient.getGradientFor(name + "_" + parameter);
            if (array != null) {
              own.setGradientFor(parameter, array);
            }
          }
          if (!own.gradientForVariable().isEmpty()) { // as in stock
            preApply.apply(part, own, iteration);
          }
        });
  }
}
