package io.github.dl4jclipping.internal.dl4j;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/** Finds the layers that other layers of a configuration wrap. */
public final class ConfiguredLayers {

  private ConfiguredLayers() {}

  /**
   * Returns the layers that a layer wraps, which may wrap others themselves; empty if it wraps
   * none.
   */
  public static List<Layer> inside(Layer layer) {
    if (layer instanceof BaseWrapperLayer wrapper) {
      return List.of(wrapper.getUnderlying());
    }
    if (layer instanceof FrozenLayer frozen) {
      return List.of(frozen.getLayer());
    }
    return layer instanceof Bidirectional both ? List.of(both.getFwd(), both.getBwd()) : List.of();
  }
}
