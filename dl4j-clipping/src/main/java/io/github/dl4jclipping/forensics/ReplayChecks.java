package io.github.dl4jclipping.forensics;

import io.github.dl4jclipping.norm.GradientNorms;
import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What is looked at while a forward pass is repeated. */
final class ReplayChecks {

  private ReplayChecks() {}

  /** Returns the largest magnitude of arrays that are finite; 0 where they hold integers. */
  static double largest(INDArray... inputs) {
    return Arrays.stream(inputs)
        .filter(input -> input.dataType().isFPType())
        .mapToDouble(input -> GradientNorms.norm(input, NormType.INF))
        .max()
        .orElse(0);
  }

  /**
   * Returns the origin if a layer's output is not finite, or null.
   *
   * @param largest the largest magnitude of its input, measured before it ran
   */
  static @Nullable Origin output(String layer, double largest, INDArray output) {
    return Places.isFinite(output)
        ? null
        : new Origin(OriginKind.ACTIVATIONS, layer, Places.find(output), largest, List.of());
  }

  /** Returns the origin if the loss is not finite, or null. The layer's input must be set. */
  static @Nullable Origin loss(String name, IOutputLayer layer, @Nullable INDArray labels) {
    if (labels != null) {
      layer.setLabels(labels.dup());
    }
    double loss = layer.computeScore(0, true, LayerWorkspaceMgr.noWorkspaces());
    return Double.isFinite(loss) ? null : Origin.of(OriginKind.LOSS, name, examples(layer, loss));
  }

  private static NonFinitePlaces examples(IOutputLayer layer, double loss) {
    try {
      return Places.find(layer.computeScoreForExamples(0, LayerWorkspaceMgr.noWorkspaces()));
    } catch (RuntimeException e) {
      // Not every layer can tell its examples apart.
      return new NonFinitePlaces(1, count(loss), List.of(), List.of());
    }
  }

  private static NonFiniteCount count(double value) {
    return new NonFiniteCount(
        Double.isNaN(value) ? 1 : 0,
        value == Double.POSITIVE_INFINITY ? 1 : 0,
        value == Double.NEGATIVE_INFINITY ? 1 : 0);
  }
}
