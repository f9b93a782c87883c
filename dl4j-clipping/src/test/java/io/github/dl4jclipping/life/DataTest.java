package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Recurrent;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.SingletonMultiDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.AsyncDataSetIterator;
import org.nd4j.linalg.dataset.AsyncMultiDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Every way in which DL4J takes data: the same steps, clipped. */
class DataTest {

  private static final GradientClipping ALWAYS = GradientClipping.byGlobalNorm(1e-4);
  private static final GradientClipping NEVER = GradientClipping.byGlobalNorm(1e9);

  private final CollectingObserver seen = new CollectingObserver();

  private static DataSetIterator iterator() {
    return new ListDataSetIterator<>(List.of(Networks.batch(7, 1), Networks.batch(5, 2)), 1);
  }

  /** Each trains on two batches. */
  static Stream<Arguments> ways() {
    Map<String, Consumer<MultiLayerNetwork>> layers = new LinkedHashMap<>();
    layers.put("DataSetIterator", network -> network.fit(iterator()));
    layers.put("DataSetIterator, epochs", network -> network.fit(single(), 2));
    layers.put(
        "AsyncDataSetIterator", network -> network.fit(new AsyncDataSetIterator(iterator(), 2)));
    layers.put(
        "MultiDataSetIterator",
        network -> network.fit(new MultiDataSetIteratorAdapter(iterator())));
    layers.put(
        "MultiDataSetIterator, epochs",
        network -> network.fit(new SingletonMultiDataSetIterator(multi(1)), 2));
    layers.put("DataSet", network -> Kind.fit(network, 1, 2));
    layers.put(
        "MultiDataSet",
        network -> {
          network.fit(multi(1));
          network.fit(multi(2));
        });
    layers.put(
        "INDArray, INDArray",
        network -> {
          for (int seed = 1; seed <= 2; seed++) {
            network.fit(Networks.batch(7, seed).getFeatures(), Networks.batch(7, seed).getLabels());
          }
        });
    layers.put(
        "INDArray, int[]",
        network -> {
          network.fit(Networks.batch(3, 1).getFeatures(), new int[] {0, 1, 2});
          network.fit(Networks.batch(3, 2).getFeatures(), new int[] {2, 1, 0});
        });
    Map<String, Consumer<ComputationGraph>> graphs = new LinkedHashMap<>();
    graphs.put("DataSetIterator", network -> network.fit(iterator()));
    graphs.put("DataSetIterator, epochs", network -> network.fit(single(), 2));
    graphs.put(
        "MultiDataSetIterator",
        network ->
            network.fit(
                new AsyncMultiDataSetIterator(new MultiDataSetIteratorAdapter(iterator()), 2)));
    graphs.put(
        "MultiDataSetIterator, epochs",
        network -> network.fit(new SingletonMultiDataSetIterator(multi(1)), 2));
    graphs.put("DataSet", network -> Kind.fit(network, 1, 2));
    graphs.put(
        "INDArray[], INDArray[]",
        network -> {
          for (int seed = 1; seed <= 2; seed++) {
            network.fit(
                new INDArray[] {Networks.batch(7, seed).getFeatures()},
                new INDArray[] {Networks.batch(7, seed).getLabels()});
          }
        });
    return Stream.concat(
        layers.entrySet().stream()
            .map(way -> Arguments.of(Kind.LAYERS, way.getKey(), way.getValue())),
        graphs.entrySet().stream()
            .map(way -> Arguments.of(Kind.GRAPH, way.getKey(), way.getValue())));
  }

  private static DataSetIterator single() {
    return new ListDataSetIterator<>(List.of(Networks.batch(7, 1)), 1);
  }

  private static MultiDataSet multi(long seed) {
    DataSet batch = Networks.batch(7, seed);
    return new MultiDataSet(batch.getFeatures(), batch.getLabels());
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("ways")
  void everyStepIsClipped(Kind kind, String name, Consumer<Model> way) {
    Model network = kind.plain(new Adam(1e-2));
    network.addListeners(new GradientClippingListener(ALWAYS).observe(seen));

    way.accept(network);

    assertThat(seen.steps).hasSize(2);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("ways")
  void whereNothingClipsAllIsAsInStock(Kind kind, String name, Consumer<Model> way) {
    Model stock = kind.plain(new Adam(1e-2));
    Model clipped = kind.plain(new Adam(1e-2));
    clipped.addListeners(new GradientClippingListener(NEVER));

    way.accept(stock);
    way.accept(clipped);

    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
  }

  @ParameterizedTest
  @EnumSource
  void masks(BackpropType backprop) {
    for (Kind kind : Kind.values()) {
      Model stock = recurrent(kind, backprop);
      Model clipped = recurrent(kind, backprop);
      seen.steps.clear();
      clipped.addListeners(new GradientClippingListener(NEVER).observe(seen));
      for (Model network : new Model[] {stock, clipped}) {
        for (int seed = 1; seed <= 2; seed++) {
          DataSet batch = Recurrent.batch(5, 2, seed);
          INDArray mask = Nd4j.ones(5, 2L * Recurrent.SEGMENT);
          mask.putScalar(seed, 3, 0);
          batch.setFeaturesMaskArray(mask);
          batch.setLabelsMaskArray(mask.dup());
          Kind.fit(network, batch);
        }
      }
      assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
      assertThat(seen.steps).hasSize(backprop == BackpropType.Standard ? 2 : 4);
    }
  }

  private static Model recurrent(Kind kind, BackpropType backprop) {
    if (kind == Kind.LAYERS) {
      MultiLayerConfiguration conf = Recurrent.layers(Networks.conf(new Adam(1e-2)));
      conf.setBackpropType(backprop);
      return Networks.init(conf);
    }
    ComputationGraphConfiguration conf = Recurrent.graph(Networks.conf(new Adam(1e-2)));
    conf.setBackpropType(backprop);
    return Networks.init(conf);
  }

  @Test
  void severalInputsAndOutputs() {
    ComputationGraph stock = Networks.init(twoByTwo());
    ComputationGraph never = Networks.init(twoByTwo());
    ComputationGraph always = Networks.init(twoByTwo());
    never.addListeners(new GradientClippingListener(NEVER));
    always.addListeners(new GradientClippingListener(ALWAYS).observe(seen));
    DataSet one = Networks.batch(7, 1);
    DataSet two = Networks.batch(7, 2);
    MultiDataSet batch =
        new MultiDataSet(
            new INDArray[] {one.getFeatures(), two.getFeatures()},
            new INDArray[] {one.getLabels(), two.getLabels()});

    stock.fit(batch);
    never.fit(batch);
    always.fit(batch);

    assertThat(Snapshot.of(never)).isEqualTo(Snapshot.of(stock));
    assertThat(seen.last().clippedNorm()).isLessThanOrEqualTo(1e-4);
    assertThat(seen.last().parameterNorms())
        .containsOnlyKeys("a_W", "a_b", "b_W", "b_b", "one_W", "one_b", "two_W", "two_b");
  }

  private static ComputationGraphConfiguration twoByTwo() {
    return Networks.conf(new Adam(1e-2))
        .graphBuilder()
        .addInputs("left", "right")
        .addLayer("a", new DenseLayer.Builder().nIn(4).nOut(3).build(), "left")
        .addLayer("b", new DenseLayer.Builder().nIn(4).nOut(3).build(), "right")
        .addVertex("merge", new MergeVertex(), "a", "b")
        .addLayer(
            "one", new OutputLayer.Builder(LossFunction.MCXENT).nIn(6).nOut(3).build(), "merge")
        .addLayer("two", new OutputLayer.Builder(LossFunction.MSE).nIn(6).nOut(3).build(), "merge")
        .setOutputs("one", "two")
        .build();
  }
}
