package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.norm.Units;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Determines the units of a parameter from the layer that owns it. */
final class WeightUnits {

  private WeightUnits() {}

  /**
   * Returns the units of a parameter. A vector is one unit. In a matrix, whose rows are inputs,
   * each column is a unit; in an embedding each row; in a convolution each filter; and in other
   * arrays each index of the first dimension.
   *
   * @param part the layer or vertex that owns it
   * @param parameter its name there, such as {@code W}
   * @param array the parameter, dense
   */
  static Units of(Trainable part, String parameter, INDArray array) {
    TrainingConfig config = part.getConfig();
    if (isVector(array) || config instanceof PReLULayer) {
      return new Units(1, array.length());
    }
    if (config instanceof DepthwiseConvolution2D) {
      return along(array, 2, 3);
    }
    if (config instanceof SeparableConvolution2D
        && parameter.equals(SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY)) {
      return along(array, 0, 1);
    }
    int dimension = dimension(config, array.rank());
    return along(array, dimension, dimension);
  }

  private static int dimension(TrainingConfig config, int rank) {
    if (config instanceof EmbeddingLayer || config instanceof EmbeddingSequenceLayer) {
      return 0;
    }
    if (config instanceof Deconvolution2D) {
      return 1;
    }
    if (config instanceof Deconvolution3D) {
      return 3;
    }
    return rank == 2 ? 1 : 0;
  }

  private static boolean isVector(INDArray array) {
    int extended = 0;
    for (long size : array.shape()) {
      extended += size > 1 ? 1 : 0;
    }
    return extended <= 1;
  }

  /** Returns units along adjacent dimensions, which count as one. */
  private static Units along(INDArray array, int first, int last) {
    long count = 1;
    long run = Long.MAX_VALUE;
    for (int i = first; i <= last; i++) {
      count *= array.size(i);
      run = Math.min(run, array.stride(i));
    }
    return new Units((int) count, run);
  }
}
