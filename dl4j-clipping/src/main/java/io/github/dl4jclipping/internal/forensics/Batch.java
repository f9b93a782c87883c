package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.OriginKind;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Holds the batch, or the segment of a sequence, that a network still has while it is updated.
 *
 * @param features one array for each input
 * @param labels one array for each output
 * @param featureMasks one array for each input, or empty
 * @param labelMasks one array for each output, or empty
 */
@SuppressWarnings("ArrayRecordComponent") // lives within one incident, never compared
record Batch(
    @Nullable INDArray[] features,
    @Nullable INDArray[] labels,
    @Nullable INDArray[] featureMasks,
    @Nullable INDArray[] labelMasks) {

  private static final @Nullable INDArray[] NONE = {};

  /** Returns the batch that a model holds. */
  static Batch of(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      Layer[] layers = network.getLayers();
      return new Batch(
          one(network.getInput()),
          one(network.getLabels()),
          one(asSequence(featuresMask(layers), network.getInput())),
          one(asSequence(layers[layers.length - 1].getMaskArray(), network.getLabels())));
    }
    if (model instanceof ComputationGraph graph) {
      return new Batch(
          orNone(graph.getInputs()),
          orNone(labels(graph)),
          orNone(graph.getInputMaskArrays()),
          orNone(graph.getLabelMaskArrays()));
    }
    return new Batch(one(((Layer) model).input()), NONE, NONE, NONE);
  }

  /** Returns all arrays, in the order of the search. */
  List<BatchArray> arrays() {
    List<BatchArray> arrays = new ArrayList<>();
    add(arrays, OriginKind.FEATURES, "features", features);
    add(arrays, OriginKind.LABELS, "labels", labels);
    add(arrays, OriginKind.MASKS, "features mask", featureMasks);
    add(arrays, OriginKind.MASKS, "labels mask", labelMasks);
    return arrays;
  }

  private static void add(
      List<BatchArray> to, OriginKind kind, String name, @Nullable INDArray[] arrays) {
    for (int i = 0; i < arrays.length; i++) {
      to.add(new BatchArray(kind, arrays.length == 1 ? name : name + "[" + i + "]", arrays[i]));
    }
  }

  private static @Nullable INDArray[] one(@Nullable INDArray array) {
    return array == null ? NONE : new INDArray[] {array};
  }

  /** Returns the mask of the features, which only some of the layers hold. */
  private static @Nullable INDArray featuresMask(Layer[] layers) {
    for (int i = 0; i < layers.length - 1; i++) {
      if (layers[i].getMaskArray() != null) {
        return layers[i].getMaskArray();
      }
    }
    return null;
  }

  /**
   * Restores the shape of a sequence's mask. Layers reshape it to one column, in which the examples
   * of a time step are together.
   */
  private static @Nullable INDArray asSequence(
      @Nullable INDArray mask, @Nullable INDArray sequence) {
    if (mask == null || sequence == null || sequence.rank() != 3) {
      return mask;
    }
    long examples = sequence.size(0);
    boolean isColumn = mask.rank() == 2 && mask.size(1) == 1 && mask.size(0) != examples;
    return isColumn && mask.length() % examples == 0 ? mask.reshape('f', examples, -1) : mask;
  }

  private static @Nullable INDArray[] orNone(@Nullable INDArray @Nullable [] arrays) {
    return arrays == null ? NONE : arrays;
  }

  /**
   * Returns the labels of a graph by reflection, because DL4J has no accessor and clears the labels
   * of output layers.
   */
  private static @Nullable INDArray @Nullable [] labels(ComputationGraph graph) {
    try {
      Field labels = ComputationGraph.class.getDeclaredField("labels");
      labels.setAccessible(true);
      return (INDArray[]) labels.get(graph);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("The labels of a ComputationGraph cannot be read.", e);
    }
  }
}
