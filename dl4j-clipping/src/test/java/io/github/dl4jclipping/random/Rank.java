package io.github.dl4jclipping.random;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;

/** What flows between two layers: their shapes fit by construction while the rank stays. */
enum Rank {
  ROW(0),
  SEQUENCE(1),
  IMAGE(2),
  VOLUME(3);

  private final int placeAxes;

  Rank(int placeAxes) {
    this.placeAxes = placeAxes;
  }

  /** Returns a layer that brings any activations of this rank to a number of channels. */
  Layer projection(int channels) {
    return switch (this) {
      case ROW -> new DenseLayer.Builder().nOut(channels).build();
      case SEQUENCE -> new LSTM.Builder().nOut(channels).build();
      case IMAGE ->
          new ConvolutionLayer.Builder(2, 2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(channels)
              .build();
      case VOLUME ->
          new Convolution3D.Builder(2, 2, 2)
              .convolutionMode(ConvolutionMode.Same)
              .nOut(channels)
              .build();
    };
  }

  /** Returns the shape, without the examples, of one number for each channel. */
  long[] shapeOfChannels(int channels) {
    long[] shape = new long[1 + placeAxes];
    Arrays.fill(shape, 1);
    shape[0] = channels;
    return shape;
  }

  /** Returns all axes but those of examples and channels. */
  long[] otherAxes() {
    long[] axes = new long[placeAxes];
    Arrays.setAll(axes, i -> i + 2);
    return axes;
  }
}
