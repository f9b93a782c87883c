package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What recurrent layers carry from one segment of truncated BPTT to the next. */
final class RecurrentState {

  private RecurrentState() {}

  /**
   * Gives a copy of a layer the state with which the layer began the segment.
   *
   * @param notes where it is said if that is no longer known
   * @return the origin if that state is not finite, or null
   */
  static @Nullable Origin copy(String name, Layer from, Layer to, List<String> notes) {
    RecurrentLayer source = recurrent(from);
    RecurrentLayer target = recurrent(to);
    if (source == null || target == null) {
      return null;
    }
    Map<String, INDArray> start = new HashMap<>();
    for (Map.Entry<String, INDArray> state : source.rnnGetPreviousState().entrySet()) {
      if (!Places.isFinite(state.getValue())) {
        return Origins.of(OriginKind.ACTIVATIONS, name, Places.count(List.of(state.getValue())));
      }
      start.put(state.getKey(), state.getValue().dup());
    }
    if (start.isEmpty() && from != source && !source.rnnGetTBPTTState().isEmpty()) {
      // DL4J keeps the start of a segment only for layers that no wrapper hides.
      notes.add("the state of layer " + name + " at the start of the segment was taken to be 0");
    }
    // Some kinds of layers start from the one, some from the other.
    target.rnnSetPreviousState(start);
    target.rnnSetTBPTTState(start);
    return null;
  }

  /** Runs a layer as DL4J does in truncated BPTT. */
  static INDArray activate(
      Layer layer, INDArray input, boolean training, LayerWorkspaceMgr manager) {
    RecurrentLayer recurrent = recurrent(layer);
    return recurrent == null
        ? layer.activate(input, training, manager)
        : recurrent.rnnActivateUsingStoredState(input, training, false, manager);
  }

  static @Nullable RecurrentLayer recurrent(Layer layer) {
    if (layer instanceof RecurrentLayer recurrent) {
      return recurrent;
    }
    return layer instanceof BaseWrapperLayer wrapper
            && wrapper.getUnderlying() instanceof RecurrentLayer inner
        ? inner
        : null;
  }
}
