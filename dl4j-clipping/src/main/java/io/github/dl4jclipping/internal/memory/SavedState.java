package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.io.File;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a network's rule has learned, as it is saved.
 *
 * @param rule the whole rule in words
 * @param parameters the names of the parameters that take part
 * @param stages what each stage of the rule has learned
 * @param lossScale the state of the loss scale, null without one
 * @param masterWeights whether master weights are saved beside it
 */
record SavedState(
    String rule,
    List<String> parameters,
    List<Stage> stages,
    @Nullable LossScaleStatus lossScale,
    boolean masterWeights) {

  /**
   * What one stage has learned.
   *
   * @param rule the stage in words, which must be equal where this is taken up; null if the stage
   *     does not learn
   * @param numbers what it has learned, by name
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

  /** Returns whether there is anything that depends on the steps of the past. */
  boolean remembers() {
    return lossScale != null || masterWeights || !learned().isEmpty();
  }

  /** Returns what says that a file holds no such history. */
  static IllegalArgumentException damaged(
      @Nullable File modelFile, @Nullable String reason, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "the history in "
            + modelFile
            + " is damaged: "
            + reason
            + ". Nothing has changed. Use another copy of the file.",
        cause);
  }
}
