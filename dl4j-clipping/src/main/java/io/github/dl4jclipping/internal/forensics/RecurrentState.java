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

/** Handles the state that recurrent layers carry from one segment of truncated BPTT to the next. */
final class RecurrentState {

  private RecurrentState() {}

  /**
   * Copies the state with which a layer began the segment to a copy of the layer.
   *
   * @param notes receives a note if that state is no longer known
   * @return the origin if that state is non-finite, otherwise null
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
      // DL4J keeps the state at the start of a segment only for layers without a wrapper.
      notes.add(
          "the state of layer "
              + name
              + " at the start of the segment is unknown and was assumed to be 0");
    }
    // Some types of layers start from one of these states, some from the other.
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
