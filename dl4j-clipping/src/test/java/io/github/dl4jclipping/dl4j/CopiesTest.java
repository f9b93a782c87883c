package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Recurrent;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.transferlearning.TransferLearningHelper;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** What DL4J takes along when it makes a network out of another: see docs/dl4j-notes.md. */
class CopiesTest {

  private final ILossFunction marker = new LossMSE();

  /** Gives a layer a configuration of its own that the network's does not hold. */
  private NeuralNetConfiguration mark(Layer output) {
    NeuralNetConfiguration conf = output.conf().clone();
    ((BaseOutputLayer) conf.getLayer()).setLossFn(marker);
    output.setConf(conf);
    return conf;
  }

  private static ILossFunction lossOf(Layer output) {
    return ((BaseOutputLayer) output.conf().getLayer()).getLossFn();
  }

  @Test
  void transferLearningOfAGraphReadsLayersByReference() {
    ComputationGraph graph = (ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1));
    mark(graph.getOutputLayer(0));

    ComputationGraph made =
        new TransferLearning.GraphBuilder(graph).nOutReplace("dense", 6, WeightInit.XAVIER).build();

    assertThat(lossOf(made.getOutputLayer(0))).isSameAs(marker);
  }

  @Test
  void transferLearningOfLayersReadsTheNetworksConfiguration() {
    MultiLayerNetwork network = layers();
    ILossFunction configured = lossOf(network.getOutputLayer());
    mark(network.getOutputLayer());

    MultiLayerNetwork made =
        new TransferLearning.Builder(network).nOutReplace(0, 6, WeightInit.XAVIER).build();

    assertThat(lossOf(made.getOutputLayer())).isSameAs(configured);
  }

  @Test
  void theHelperOfTransferLearningTakesTheLayersConfigurationItself() {
    MultiLayerNetwork network = layers();
    NeuralNetConfiguration conf = mark(network.getOutputLayer());

    MultiLayerNetwork made = new TransferLearningHelper(network, 0).unfrozenMLN();

    assertThat(made.getOutputLayer().conf()).isSameAs(conf);
  }

  @Test
  void aCopiedConfigurationHasALayerOfItsOwnWithTheSameLossAndUpdater() {
    NeuralNetConfiguration conf = layers().getOutputLayer().conf();
    BaseOutputLayer layer = (BaseOutputLayer) conf.getLayer();

    BaseOutputLayer copied = (BaseOutputLayer) conf.clone().getLayer();

    assertThat(copied).isNotSameAs(layer).isEqualTo(layer);
    assertThat(copied.getLossFn()).isSameAs(layer.getLossFn());
    assertThat(copied.getIUpdater()).isSameAs(layer.getIUpdater());
    copied.setLossFn(marker);
    assertThat(layer.getLossFn()).isNotSameAs(marker);
  }

  /** And so the rate of the one is that of the other, once its updater is built anew. */
  @ParameterizedTest
  @EnumSource
  void aCloneSharesItsLearningRateWithItsOriginal(Kind kind) {
    Model original = kind.plain(new Sgd(0.1));

    Kind.setLearningRate(Kind.copyOf(original), 0.5);

    assertThat(
            original instanceof MultiLayerNetwork network
                ? network.getLearningRate(0)
                : ((ComputationGraph) original).getLearningRate("dense"))
        .isEqualTo(0.5);
  }

  @Test
  void aCloneSharesTheInnerLayersOfWrappers() {
    MultiLayerNetwork network = Networks.init(Recurrent.wrappedLayers(Networks.conf(new Sgd(0.1))));

    assertThat(innerOf(network.clone())).isSameAs(innerOf(network));
  }

  private static Object innerOf(MultiLayerNetwork network) {
    return ((BaseWrapperLayer) network.getLayerWiseConfigurations().getConf(0).getLayer())
        .getUnderlying();
  }

  @Test
  void theConfigurationOfAGraphIsCopiedWithoutItsCounts() {
    ComputationGraph graph = (ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1));
    Kind.fit(graph, 1, 2);
    graph.incrementEpochCount();
    assertThat(graph.getConfiguration().getIterationCount()).isEqualTo(2);

    ComputationGraphConfiguration copy = graph.getConfiguration().clone();

    assertThat(copy.getIterationCount()).isZero();
    assertThat(copy.getEpochCount()).isZero();
    MultiLayerNetwork layers = layers();
    Kind.fit(layers, 1, 2);
    assertThat(layers.getLayerWiseConfigurations().clone().getIterationCount()).isEqualTo(2);
  }

  @Test
  void layersThatTheHelperFreezesAreNotFrozenInTheConfiguration() {
    MultiLayerNetwork network = layers();
    ComputationGraph graph = (ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1));

    new TransferLearningHelper(network, 0);
    new TransferLearningHelper(graph, "dense");

    assertThat(network.getLayer(0)).isInstanceOf(FrozenLayer.class);
    assertThat(network.getLayerWiseConfigurations().getConf(0).getLayer())
        .isInstanceOf(DenseLayer.class);
    assertThat(graph.getLayer("dense")).isInstanceOf(FrozenLayer.class);
    LayerVertex vertex = (LayerVertex) graph.getConfiguration().getVertices().get("dense");
    assertThat(vertex.getLayerConf().getLayer()).isInstanceOf(DenseLayer.class);
  }

  private static MultiLayerNetwork layers() {
    return (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
  }
}
