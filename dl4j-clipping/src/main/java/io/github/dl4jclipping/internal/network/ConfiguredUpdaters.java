package io.github.dl4jclipping.internal.network;

import io.github.dl4jclipping.internal.dl4j.ConfiguredLayers;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.IUpdater;

/** Replaces every updater in a configuration, wherever DL4J keeps it. */
public final class ConfiguredUpdaters {

  private ConfiguredUpdaters() {}

  public static void replace(MultiLayerConfiguration configuration, UnaryOperator<IUpdater> by) {
    for (NeuralNetConfiguration layer : configuration.getConfs()) {
      replace(layer.getLayer(), by);
    }
  }

  public static void replace(
      ComputationGraphConfiguration configuration, UnaryOperator<IUpdater> by) {
    configuration.getVertices().values().forEach(vertex -> replace(vertex, by));
  }

  private static void replace(GraphVertex vertex, UnaryOperator<IUpdater> by) {
    if (vertex instanceof LayerVertex layer) {
      replace(layer.getLayerConf().getLayer(), by);
    } else if (vertex instanceof FrozenVertex frozen) {
      replace(frozen.getUnderlying(), by);
    } else if (vertex instanceof SameDiffVertex sameDiff) {
      sameDiff.setUpdater(replaced(sameDiff.getUpdater(), by));
      sameDiff.setBiasUpdater(replaced(sameDiff.getBiasUpdater(), by));
    }
  }

  private static void replace(Layer layer, UnaryOperator<IUpdater> by) {
    if (layer instanceof BaseLayer base) {
      base.setIUpdater(replaced(base.getIUpdater(), by));
      base.setBiasUpdater(replaced(base.getBiasUpdater(), by));
    } else if (layer instanceof AbstractSameDiffLayer sameDiff) {
      sameDiff.setUpdater(replaced(sameDiff.getUpdater(), by));
      sameDiff.setBiasUpdater(replaced(sameDiff.getBiasUpdater(), by));
    }
    ConfiguredLayers.inside(layer).forEach(inner -> replace(inner, by));
  }

  private static @Nullable IUpdater replaced(
      @Nullable IUpdater updater, UnaryOperator<IUpdater> by) {
    return updater == null ? null : by.apply(updater);
  }
}
