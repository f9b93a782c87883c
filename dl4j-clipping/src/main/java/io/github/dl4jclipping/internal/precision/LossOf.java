package io.github.dl4jclipping.internal.precision;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * Gets and sets the loss function in a layer's configuration, for which DL4J has no common class.
 */
final class LossOf {

  /** The layers whose whole gradient comes from their loss function; subclasses are excluded. */
  static final List<Class<? extends Layer>> SCALABLE =
      List.of(
          OutputLayer.class,
          RnnOutputLayer.class,
          LossLayer.class,
          RnnLossLayer.class,
          CnnLossLayer.class,
          Cnn3DLossLayer.class);

  private LossOf() {}

  /**
   * Returns the loss function; empty if there is none, or if the layer's gradient does not come
   * from it alone.
   */
  static Optional<ILossFunction> get(Layer layer) {
    if (!SCALABLE.contains(layer.getClass())) {
      return Optional.empty();
    }
    if (layer instanceof BaseOutputLayer output) {
      return Optional.ofNullable(output.getLossFn());
    }
    if (layer instanceof LossLayer loss) {
      return Optional.ofNullable(loss.getLossFn());
    }
    if (layer instanceof RnnLossLayer loss) {
      return Optional.ofNullable(loss.getLossFn());
    }
    return Optional.ofNullable(
        layer instanceof CnnLossLayer loss
            ? loss.getLossFn()
            : ((Cnn3DLossLayer) layer).getLossFn());
  }

  static void set(Layer layer, ILossFunction function) {
    if (layer instanceof BaseOutputLayer output) {
      output.setLossFn(function);
    } else if (layer instanceof LossLayer loss) {
      loss.setLossFn(function);
    } else if (layer instanceof RnnLossLayer loss) {
      loss.setLossFn(function);
    } else if (layer instanceof CnnLossLayer loss) {
      loss.setLossFn(function);
    } else {
      ((Cnn3DLossLayer) layer).setLossFn(function);
    }
  }
}
