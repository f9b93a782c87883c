package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.NonFinitePlaces;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import io.github.dl4jclipping.internal.norm.GradientNorms;
import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checks what a replay computes, layer by layer. */
final class ReplayChecks {

  private final Batch batch;
  private final Suspects suspects;
  private final boolean scaled;
  private final LayerWorkspaceMgr manager;
  private final List<String> notes;
  private final List<ReplayedLoss> losses = new ArrayList<>();

  /**
   * Creates the checks of one replay.
   *
   * @param scaled whether losses are computed as loss scaling does
   * @param notes receives a note on anything that could not be repeated
   */
  ReplayChecks(
      Batch batch,
      Suspects suspects,
      boolean scaled,
      LayerWorkspaceMgr manager,
      List<String> notes) {
    this.batch = batch;
    this.suspects = suspects;
    this.scaled = scaled;
    this.manager = manager;
    this.notes = notes;
  }

  Batch batch() {
    return batch;
  }

  LayerWorkspaceMgr manager() {
    return manager;
  }

  List<String> notes() {
    return notes;
  }

  /** Makes an output layer of the copy compute its loss as training did. */
  void prepareLossOf(@Nullable Layer output) {
    if (!scaled || output == null) {
      return;
    }
    try {
      losses.add(ReplayedLoss.in(output));
    } catch (ReflectiveOperationException e) {
      notes.add("the loss was repeated in the precision of the network, because of " + e);
    }
  }

  void multiplyLossesBy(double factor) {
    losses.forEach(loss -> loss.multiplyBy(factor));
  }

  /** Returns the largest magnitude of finite arrays; arrays of integers count as 0. */
  static double largest(INDArray... inputs) {
    return Arrays.stream(inputs)
        .filter(input -> input.dataType().isFPType())
        .mapToDouble(input -> GradientNorms.norm(input, NormType.INF))
        .max()
        .orElse(0);
  }

  /**
   * Returns the origin if the output of a layer is non-finite, otherwise null.
   *
   * @param largest the largest magnitude of the layer's input, measured before the layer ran
   */
  @Nullable Origin output(Part part, double largest, INDArray output) {
    if (Places.isFinite(output)) {
      return null;
    }
    NonFinitePlaces found = Places.find(output, examples());
    return suspects.behind(
        part, new Origin(OriginKind.ACTIVATIONS, part.name(), found, largest, List.of()));
  }

  /**
   * Returns the origin if the loss is non-finite, otherwise null. The layer's input must be set.
   */
  @Nullable Origin loss(Part part, IOutputLayer layer, @Nullable INDArray labels) {
    if (labels != null) {
      layer.setLabels(labels.dup());
    }
    double loss = layer.computeScore(0, true, manager);
    return Double.isFinite(loss)
        ? null
        : suspects.behind(part, Origins.of(OriginKind.LOSS, part.name(), examples(layer, loss)));
  }

  /**
   * Returns the origin if a layer's gradients for its parameters or for the layers below are
   * non-finite, otherwise null.
   */
  @Nullable Origin gradients(Part part, @Nullable Gradient gradient, List<INDArray> epsilons) {
    List<INDArray> broken =
        new ArrayList<>(
            gradient == null ? List.of() : broken(gradient.gradientForVariable().values()));
    if (broken.isEmpty()) {
      broken.addAll(broken(epsilons));
    }
    return broken.isEmpty()
        ? null
        : suspects.behind(part, Origins.of(OriginKind.BACKWARD, part.name(), Places.count(broken)));
  }

  private static List<INDArray> broken(Collection<INDArray> arrays) {
    return arrays.stream().filter(array -> !Places.isFinite(array)).toList();
  }

  private NonFinitePlaces examples(IOutputLayer layer, double loss) {
    try {
      return Places.find(layer.computeScoreForExamples(0, manager), examples());
    } catch (RuntimeException e) {
      // Not every layer can compute the score of each example.
      return new NonFinitePlaces(1, count(loss), List.of(), List.of());
    }
  }

  private long examples() {
    return Objects.requireNonNull(batch.features()[0]).size(0);
  }

  private static NonFiniteCount count(double value) {
    return new NonFiniteCount(
        Double.isNaN(value) ? 1 : 0,
        value == Double.POSITIVE_INFINITY ? 1 : 0,
        value == Double.NEGATIVE_INFINITY ? 1 : 0);
  }
}
