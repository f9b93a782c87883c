package io.github.dl4jclipping.internal.forensics;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Describes a layer or a vertex of a replay.
 *
 * @param name the index of the layer, or the name of the vertex
 * @param trainable the object that holds the parameters
 * @param layer the layer; null for a vertex without one
 * @param isOutput whether it computes a loss
 * @param inputs the arrays that it reads
 */
record Part(
    String name,
    Trainable trainable,
    @Nullable Layer layer,
    boolean isOutput,
    List<INDArray> inputs) {

  /** Returns whether the inputs are indices, which are not cast to the network's data type. */
  boolean readsIndices() {
    return layer != null
        && (layer.conf().getLayer() instanceof EmbeddingLayer
            || layer.conf().getLayer() instanceof EmbeddingSequenceLayer);
  }
}
