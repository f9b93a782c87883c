package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.io.File;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is saved of a network: what its rule has learned, and its loss scale.
 *
 * @param rule the {@code toString} of the whole rule
 * @param parameters the names of the parameters that take part
 * @param stages what each stage of the rule has learned
 * @param lossScale the status of the loss scale; null if there is none
 * @param masterWeights whether master weights are saved in another entry
 */
record SavedState(
    String rule,
    List<String> parameters,
    List<Stage> stages,
    @Nullable LossScaleStatus lossScale,
    boolean masterWeights) {

  /**
   * Holds what one stage has learned.
   *
   * @param rule the {@code toString} of the stage, which must be equal when this is restored; null
   *     if the stage does not learn
   * @param numbers what the stage has learned, by name
   */
  record Stage(@Nullable String rule, Map<String, double[]> numbers) {}

  SavedState(String rule, List<String> parameters, List<Stage> stages) {
    this(rule, parameters, stages, null, false);
  }

  SavedState with(@Nullable LossScaleStatus scale, boolean master) {
    return new SavedState(rule, parameters, stages, scale, master);
  }

  /** Returns the stages that learn. */
  List<Stage> learned() {
    return stages.stream().filter(stage -> stage.rule() != null).toList();
  }

  /** Returns whether anything saved depends on past steps. */
  boolean remembers() {
    return lossScale != null || masterWeights || !learned().isEmpty();
  }

  /** Returns the exception for a damaged history. */
  static IllegalArgumentException damaged(
      @Nullable File modelFile, @Nullable String reason, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "The history in "
            + modelFile
            + " is damaged: "
            + reason
            + ". Nothing has changed. Use another copy of the file.",
        cause);
  }
}
