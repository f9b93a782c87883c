package io.github.dl4jclipping.samples;

import static io.github.dl4jclipping.samples.CharacterNetwork.MAX_NORM;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.nd4j.linalg.dataset.DataSet;

/** A way to train the same network. */
enum Contender {
  /** DL4J without any clipping. */
  STOCK("stock DL4J", GradientNormalization.None),

  /** DL4J's own clipping of each layer's gradient. */
  CLIP_L2_PER_LAYER("ClipL2PerLayer at " + MAX_NORM, GradientNormalization.ClipL2PerLayer),

  /** Clipping by the norm of the whole gradient: the plugin. */
  PLUGIN("dl4j-clipping at " + MAX_NORM, GradientNormalization.None),

  /** The plugin on data of which no value is broken: what the others are measured by. */
  PLUGIN_ON_CLEAN_DATA("same on clean data", GradientNormalization.None);

  private final String label;
  private final GradientNormalization perLayer;

  Contender(String label, GradientNormalization perLayer) {
    this.label = label;
    this.perLayer = perLayer;
  }

  /** Returns the name that the user reads. */
  String label() {
    return label;
  }

  /** Returns DL4J's own clipping. */
  GradientNormalization perLayer() {
    return perLayer;
  }

  /** Returns the plugin's settings: a gradient that is not finite ends the run, where it clips. */
  GradientClipping clipping() {
    return switch (this) {
      case STOCK, CLIP_L2_PER_LAYER -> measured();
      case PLUGIN, PLUGIN_ON_CLEAN_DATA -> GradientClipping.byGlobalNorm(MAX_NORM);
    };
  }

  /** Returns the plugin's settings for data with broken values: it skips such steps. */
  GradientClipping clippingOfBrokenData() {
    return switch (this) {
      case STOCK, CLIP_L2_PER_LAYER -> clipping();
      case PLUGIN, PLUGIN_ON_CLEAN_DATA ->
          clipping().toBuilder().nonFinite(NonFinitePolicy.SKIP).build();
    };
  }

  /** Returns whether a step was clipped, by whomever. */
  boolean isClipped(ClipReport step) {
    return switch (this) {
      case STOCK -> false;
      case CLIP_L2_PER_LAYER -> isAnyLayerAtBound(step.parameterNorms());
      case PLUGIN, PLUGIN_ON_CLEAN_DATA -> step.outcome() == StepOutcome.CLIPPED;
    };
  }

  /** Returns a batch as this contender gets it. */
  DataSet batch(int number, DataSet clean) {
    return this == PLUGIN_ON_CLEAN_DATA ? clean : BrokenData.in(number, clean);
  }

  /** Norms are read, training is stock DL4J's to the last bit, a NaN goes through. */
  private static GradientClipping measured() {
    return GradientClipping.measureOnly().toBuilder().nonFinite(NonFinitePolicy.WARN).build();
  }

  /** DL4J does not say that it clipped; a layer that it clipped has just the norm of the bound. */
  private static boolean isAnyLayerAtBound(Map<String, Double> parameterNorms) {
    Map<String, Double> squares =
        parameterNorms.entrySet().stream()
            .collect(
                Collectors.groupingBy(
                    norm -> norm.getKey().substring(0, norm.getKey().indexOf('_')),
                    Collectors.summingDouble(norm -> norm.getValue() * norm.getValue())));
    return squares.values().stream()
        .anyMatch(square -> Math.abs(Math.sqrt(square) / MAX_NORM - 1) < 1e-4);
  }
}
