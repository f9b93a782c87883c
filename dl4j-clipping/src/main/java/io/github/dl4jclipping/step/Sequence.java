package io.github.dl4jclipping.step;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** What a network carries from one step to the next beside its parameters. */
final class Sequence {

  private Sequence() {}

  /**
   * Forgets the state of recurrent layers and the masks, where a NaN would outlive the step that is
   * not applied.
   */
  static void forget(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      network.rnnClearPreviousState();
      network.clearLayerMaskArrays();
    } else if (model instanceof ComputationGraph graph) {
      for (Layer layer : graph.getLayers()) {
        // The graph's own method does not look into wrappers.
        forget(layer);
      }
      graph.clearLayerMaskArrays();
    }
  }

  private static void forget(Layer layer) {
    if (layer instanceof RecurrentLayer recurrent) {
      recurrent.rnnClearPreviousState();
    } else if (layer instanceof BaseWrapperLayer wrapper) {
      forget(wrapper.getUnderlying());
    }
  }
}
