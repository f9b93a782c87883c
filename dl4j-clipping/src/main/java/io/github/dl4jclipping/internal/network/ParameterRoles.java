package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.norm.ParameterRole;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.graph.vertex.BaseWrapperVertex;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.FrozenVertex;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.layers.recurrent.BidirectionalLayer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.params.CenterLossParamInitializer;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;

/** Determines the role of a parameter in the step. */
final class ParameterRoles {

  private ParameterRoles() {}

  /**
   * Returns the role of a parameter.
   *
   * @param part the layer or vertex that owns it
   * @param parameter its name there, such as {@code W}
   * @param pretraining whether this is layerwise pretraining, where pretrain parameters take part
   */
  static ParameterRole of(Trainable part, String parameter, boolean pretraining) {
    TrainingConfig config = part.getConfig();
    if (isFrozen(part) || (config.isPretrainParam(parameter) && !pretraining)) {
      return ParameterRole.IDLE;
    }
    return isUpdate(part, parameter) ? ParameterRole.PSEUDO_GRADIENT : ParameterRole.GRADIENT;
  }

  private static boolean isFrozen(Trainable part) {
    if (part instanceof FrozenVertex
        || part instanceof FrozenLayer
        || part instanceof FrozenLayerWithBackprop) {
      return true;
    }
    if (part instanceof BaseWrapperLayer wrapper) {
      return isFrozen(wrapper.getUnderlying());
    }
    return part instanceof GraphVertex vertex
        && !(part instanceof BaseWrapperVertex)
        && vertex.hasLayer()
        && isFrozen(vertex.getLayer());
  }

  /**
   * Returns whether the parameter's gradient is really an update. DL4J has no name for such
   * parameters. They are recognized in two ways: DL4J does not divide BatchNormalization's
   * statistics by the minibatch size; and the centres of center loss, and perhaps a parameter of a
   * custom layer, have a NoOp updater that is neither the layer's updater nor its bias updater.
   */
  private static boolean isUpdate(Trainable part, String parameter) {
    Layer layer = part instanceof GraphVertex vertex ? vertex.getLayer() : null;
    if (part instanceof BidirectionalLayer || layer instanceof BidirectionalLayer) {
      // DL4J would ask the inner layer with a name that the inner layer does not know.
      return false;
    }
    if (!part.updaterDivideByMinibatch(parameter)) {
      return true;
    }
    if (part.getConfig() instanceof CenterLossOutputLayer
        && parameter.equals(CenterLossParamInitializer.CENTER_KEY)) {
      return true;
    }
    IUpdater own = part.getConfig().getUpdaterByParam(parameter);
    return own instanceof NoOp
        && part.getConfig() instanceof BaseLayer configured
        && !own.equals(configured.getIUpdater())
        && !own.equals(configured.getBiasUpdater());
  }
}
