package io.github.dl4jclipping.internal.forensics;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;

/** Collects what a network still holds of the current step. */
public final class Evidence {

  private Evidence() {}

  /**
   * Returns the batch, or the segment of a sequence; empty if the network no longer holds all of
   * it.
   *
   * @return the network's own arrays, which are valid only until the end of the step
   */
  public static Optional<MultiDataSet> batchOf(Model network) {
    Batch batch = Batch.of(network);
    boolean whole =
        isWhole(batch.features())
            && (isWhole(batch.labels()) || isPretrained(network))
            && batch.arrays().stream().allMatch(array -> array.whyUnreadable().isEmpty());
    return whole
        ? Optional.of(
            new MultiDataSet(
                batch.features(),
                orNull(batch.labels()),
                orNull(batch.featureMasks()),
                orNull(batch.labelMasks())))
        : Optional.empty();
  }

  private static boolean isWhole(@Nullable INDArray[] arrays) {
    return arrays.length > 0 && Arrays.stream(arrays).allMatch(Objects::nonNull);
  }

  /** Returns whether the model is a layer in layerwise pretraining, which has no labels. */
  private static boolean isPretrained(Model model) {
    return model instanceof Layer && !(model instanceof MultiLayerNetwork);
  }

  private static @Nullable INDArray @Nullable [] orNull(@Nullable INDArray[] arrays) {
    return Arrays.stream(arrays).allMatch(Objects::isNull) ? null : arrays;
  }
}
