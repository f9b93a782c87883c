package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks that DL4J makes out of others: each starts afresh, and never trains unclipped. */
class NewNetworkTest {

  private static final GradientClipping NEVER = GradientClipping.byGlobalNorm(1e9);
  private static final GradientClipping ALWAYS = GradientClipping.byGlobalNorm(1e-4);

  private final CollectingObserver seen = new CollectingObserver();

  /** Makes a network out of another. */
  @FunctionalInterface
  interface Making {
    Model of(Model model) throws Exception;
  }

  static Stream<Arguments> cases() {
    return Stream.of(
            both("clone", Kind::copyOf),
            both("save and load", model -> saved(model, true)),
            both("save and load without updater", model -> saved(model, false)),
            both("JSON", NewNetworkTest::throughJson),
            both("YAML", NewNetworkTest::throughYaml),
            both("transfer learning, frozen", model -> transferred(model, true, false)),
            both("transfer learning, replaced", model -> transferred(model, false, true)),
            both("transfer learning, both", model -> transferred(model, true, true)),
            Stream.of(
                Arguments.of(
                    Kind.LAYERS,
                    "toComputationGraph",
                    (Making) model -> ((MultiLayerNetwork) model).toComputationGraph())))
        .flatMap(s -> s);
  }

  /** All but the clone of a graph. */
  static Stream<Arguments> casesThatDropListeners() {
    return cases().filter(c -> c.get()[0] != Kind.GRAPH || !c.get()[1].equals("clone"));
  }

  private static Stream<Arguments> both(String name, Making making) {
    return Stream.of(Kind.values()).map(kind -> Arguments.of(kind, name, making));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  void configuredNetworkRefusesUntilItHasAListener(Kind kind, String name, Making making)
      throws Exception {
    Model original = kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));
    original.setListeners(new GradientClippingListener());
    Kind.fit(original, 1, 2);
    Model made = making.of(original);
    made.setListeners();
    var before = Snapshot.bits(made.params());

    assertThat(GradientClipping.lastReport(made)).isEmpty();
    assertThatThrownBy(() -> Kind.fit(made, 3)).isInstanceOf(IllegalStateException.class);
    assertThat(Snapshot.bits(made.params())).isEqualTo(before);

    made.setListeners(new GradientClippingListener().observe(seen));
    Kind.fit(made, 3, 4);
    assertThat(seen.steps).hasSize(2);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  void trainsOnAsStockWhereNothingClips(Kind kind, String name, Making making) throws Exception {
    Model stock = afterwards(kind.plain(new Adam(1e-2)), making, null, null);
    Model listened =
        afterwards(
            kind.plain(new Adam(1e-2)),
            making,
            new GradientClippingListener(NEVER),
            new GradientClippingListener(NEVER).observe(seen));
    Model configured =
        afterwards(
            kind.plain(new ClippedUpdater(new Adam(1e-2), NEVER)),
            making,
            new GradientClippingListener(),
            new GradientClippingListener().observe(seen));

    assertThat(Snapshot.of(listened)).isEqualTo(Snapshot.of(stock));
    assertThat(Snapshot.of(configured)).isEqualTo(Snapshot.of(stock));
    assertThat(seen.steps).hasSize(4);
  }

  private static Model afterwards(
      Model model, Making making, GradientClippingListener before, GradientClippingListener after)
      throws Exception {
    setListeners(model, before);
    Kind.fit(model, 1, 2);
    Model made = making.of(model);
    setListeners(made, after);
    Kind.fit(made, 3, 4);
    return made;
  }

  private static void setListeners(Model model, GradientClippingListener listener) {
    if (listener == null) {
      model.setListeners();
    } else {
      model.setListeners(listener);
    }
  }

  /** The README says so of every one of these: listeners are not taken along. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("casesThatDropListeners")
  void listenerAloneIsLost(Kind kind, String name, Making making) throws Exception {
    Model original = kind.plain(new Adam(1e-2));
    original.setListeners(new GradientClippingListener(ALWAYS).observe(seen));
    Kind.fit(original, 1, 2);
    seen.steps.clear();

    Kind.fit(making.of(original), 3);

    assertThat(seen.steps).isEmpty();
  }

  /** Java's serialisation loses what DL4J's training needs, with this library and without it. */
  @ParameterizedTest
  @EnumSource
  void javaSerialisedNetworkTrainsAtNoTime(Kind kind) throws Exception {
    for (IUpdater updater : List.of(new Adam(1e-2), new ClippedUpdater(new Adam(1e-2), ALWAYS))) {
      Model made = serialised(kind.plain(updater));
      assertThatThrownBy(() -> Kind.fit(made, 1)).isInstanceOf(RuntimeException.class);
    }
  }

  /** Such a copy has its original's listeners, of which DL4J calls onBackwardPass alone. */
  @Test
  void cloneOfAGraphIsClippedByItsOriginalsListener() {
    ComputationGraph original = (ComputationGraph) Kind.GRAPH.plain(new Adam(1e-2));
    original.setListeners(new GradientClippingListener(ALWAYS).observe(seen));
    Kind.fit(original, 1);
    ComputationGraph copy = original.clone();

    Kind.fit(copy, 2);

    assertThat(seen.steps).hasSize(2);
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(GradientClipping.lastReport(copy)).contains(seen.last());
  }

  /** What is fine-tuned has the updater that it was given. */
  @Test
  void fineTuningWithAnUpdaterOfItsOwnTakesTheOptionAway() {
    MultiLayerNetwork original =
        (MultiLayerNetwork) Kind.LAYERS.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));
    MultiLayerNetwork free = fineTuned(original, new Adam(1e-3));
    MultiLayerNetwork guarded = fineTuned(original, new ClippedUpdater(new Adam(1e-3), ALWAYS));

    Kind.fit(free, 1);

    assertThat(GradientClipping.lastReport(free)).isEmpty();
    assertThatThrownBy(() -> Kind.fit(guarded, 1)).isInstanceOf(IllegalStateException.class);
  }

  private static MultiLayerNetwork fineTuned(MultiLayerNetwork original, IUpdater updater) {
    return new TransferLearning.Builder(original)
        .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(updater).build())
        .build();
  }

  @ParameterizedTest
  @EnumSource
  void convertedNetworkRefusesUntilItHasAListener(Kind kind) {
    Model original = kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));
    original.setListeners(new GradientClippingListener());
    Kind.fit(original, 1);
    Model stock = kind.plain(new Adam(1e-2));
    stock.setParams(original.params());
    Model made = converted(original);

    assertThat(GradientClipping.lastReport(made)).isEmpty();
    assertThatThrownBy(() -> Kind.fit(made, Networks.batch(DataType.DOUBLE, 7, 3)))
        .isInstanceOf(IllegalStateException.class);
    made.setListeners(new GradientClippingListener().observe(seen));
    Kind.fit(made, Networks.batch(DataType.DOUBLE, 7, 3));
    assertThat(seen.last().clippedNorm()).isLessThanOrEqualTo(1e-4);
  }

  @ParameterizedTest
  @EnumSource
  void convertedNetworkTrainsAsStockWhereNothingClips(Kind kind) {
    Model stock = kind.plain(new Adam(1e-2));
    Model configured = kind.plain(new ClippedUpdater(new Adam(1e-2), NEVER));
    configured.setListeners(new GradientClippingListener());
    Kind.fit(stock, 1, 2);
    Kind.fit(configured, 1, 2);
    Model stockMade = converted(stock);
    Model made = converted(configured);
    made.setListeners(new GradientClippingListener());

    Kind.fit(stockMade, Networks.batch(DataType.DOUBLE, 7, 3));
    Kind.fit(made, Networks.batch(DataType.DOUBLE, 7, 3));

    assertThat(Snapshot.of(made)).isEqualTo(Snapshot.of(stockMade));
  }

  private static Model converted(Model model) {
    return model instanceof MultiLayerNetwork network
        ? network.convertDataType(DataType.DOUBLE)
        : ((ComputationGraph) model).convertDataType(DataType.DOUBLE);
  }

  private static Model saved(Model model, boolean updater) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(model, bytes, updater);
    ByteArrayInputStream in = new ByteArrayInputStream(bytes.toByteArray());
    return model instanceof MultiLayerNetwork
        ? ModelSerializer.restoreMultiLayerNetwork(in, updater)
        : ModelSerializer.restoreComputationGraph(in, updater);
  }

  private static Model serialised(Model model) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(model);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (Model) in.readObject();
    }
  }

  private static Model throughJson(Model model) {
    return model instanceof MultiLayerNetwork network
        ? withParams(
            network,
            MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson()))
        : withParams(
            model,
            ComputationGraphConfiguration.fromJson(
                ((ComputationGraph) model).getConfiguration().toJson()));
  }

  private static Model throughYaml(Model model) {
    return model instanceof MultiLayerNetwork network
        ? withParams(
            network,
            MultiLayerConfiguration.fromYaml(network.getLayerWiseConfigurations().toYaml()))
        : withParams(
            model,
            ComputationGraphConfiguration.fromYaml(
                ((ComputationGraph) model).getConfiguration().toYaml()));
  }

  private static Model withParams(Model model, MultiLayerConfiguration configuration) {
    MultiLayerNetwork made = Networks.init(configuration);
    made.setParams(model.params());
    return made;
  }

  private static Model withParams(Model model, ComputationGraphConfiguration configuration) {
    ComputationGraph made = Networks.init(configuration);
    made.setParams(model.params());
    return made;
  }

  private static Model transferred(Model model, boolean freeze, boolean replace) {
    IUpdater updater =
        model instanceof MultiLayerNetwork network
            ? ((org.deeplearning4j.nn.conf.layers.BaseLayer) network.getLayer(1).conf().getLayer())
                .getIUpdater()
            : ((org.deeplearning4j.nn.conf.layers.BaseLayer)
                    ((ComputationGraph) model).getLayer("out").conf().getLayer())
                .getIUpdater();
    FineTuneConfiguration fineTune = new FineTuneConfiguration.Builder().seed(1).build();
    OutputLayer.Builder output =
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nIn(5)
            .nOut(3)
            .weightInit(WeightInit.ONES)
            .updater(updater);
    if (model instanceof MultiLayerNetwork network) {
      var builder = new TransferLearning.Builder(network).fineTuneConfiguration(fineTune);
      if (freeze) {
        builder.setFeatureExtractor(0);
      }
      if (replace) {
        builder.removeOutputLayer().addLayer(output.build());
      }
      return builder.build();
    }
    var builder =
        new TransferLearning.GraphBuilder((ComputationGraph) model).fineTuneConfiguration(fineTune);
    if (freeze) {
      builder.setFeatureExtractor("dense");
    }
    if (replace) {
      builder
          .removeVertexKeepConnections("out")
          .addLayer("out", output.build(), "dense")
          .setOutputs("out");
    }
    return builder.build();
  }
}
