package io.github.dl4jclipping.internal.network;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs DL4J's {@link GradientNormalization} for the parts of a network that have one. */
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
   * Returns whether one of the normalizations acts on the network's own gradient even if another
   * gradient is passed in.
   */
  boolean missesExternalGradients() {
    return parts.values().stream()
        .map(part -> part.getConfig().getGradientNormalization())
        .anyMatch(
            kind ->
                kind != GradientNormalization.RenormalizeL2PerParamType
                    && kind != GradientNormalization.ClipL2PerParamType);
  }

  /** Applies the normalization of one layer: DL4J's {@code preApply}. */
  @FunctionalInterface
  interface PreApply {
    void apply(Trainable layer, Gradient layerGradient, int iteration);
  }

  /** Applies all normalizations to a network's gradient, whose keys are {@code part_parameter}. */
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
          if (!own.gradientForVariable().isEmpty()) { // as in DL4J
            preApply.apply(part, own, iteration);
          }
        });
  }
}
