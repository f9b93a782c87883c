package io.github.dl4jclipping.random;

import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.params.EmptyParamInitializer;

/**
 * One piece of a network.
 *
 * @param size the number of channels where it can be chosen
 * @param normalization what DL4J does to the gradient of its layers before anybody clips it
 */
record Piece(PieceKind kind, int size, GradientNormalization normalization) {

  /** Small enough to change most gradients. */
  private static final double THRESHOLD = 0.05;

  Layer finish(Layer layer, boolean frozen) {
    normalize(layer);
    return freeze(layer, frozen);
  }

  static Layer freeze(Layer layer, boolean frozen) {
    boolean trains = !(layer.initializer() instanceof EmptyParamInitializer);
    return frozen && trains && !(layer instanceof FrozenLayerWithBackprop)
        ? new FrozenLayer(layer)
        : layer;
  }

  private void normalize(Layer layer) {
    if (layer instanceof BaseLayer base) {
      base.setGradientNormalization(normalization);
      base.setGradientNormalizationThreshold(THRESHOLD);
    } else if (layer instanceof Bidirectional both) {
      normalize(both.getFwd());
      normalize(both.getBwd());
    } else if (layer instanceof BaseWrapperLayer wrapper) {
      normalize(wrapper.getUnderlying());
    }
  }

  @Override
  public String toString() {
    String shown = kind + "(" + size + ")";
    return normalization == GradientNormalization.None ? shown : shown + " " + normalization;
  }
}
