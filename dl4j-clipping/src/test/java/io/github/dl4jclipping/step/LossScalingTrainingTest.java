package io.github.dl4jclipping.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import io.github.dl4jclipping.scaling.ScaledLoss;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.ocnn.OCNNOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Scaling the loss changes nothing but what HALF can hold of the gradient. */
class LossScalingTrainingTest {

  private static final LossScaling SCALING = LossScaling.dynamic();

  private final CollectingObserver seen = new CollectingObserver();

  // ---- scaled and unscaled again is what it was, whatever the output layer -------------------

  static Stream<Arguments> outputs() {
    InputType vector = InputType.feedForward(4);
    InputType series = InputType.recurrent(4);
    InputType image = InputType.convolutional(4, 4, 2);
    Layer rnn = new SimpleRnn.Builder().nOut(5).build();
    Layer dense = new DenseLayer.Builder().nOut(3).build();
    Layer flat = new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build();
    return Stream.of(
        Arguments.of("output", layers(vector, dense, flat), batch(4)),
        Arguments.of(
            "batch normalization", layers(vector, dense, new BatchNormalization(), flat), batch(4)),
        Arguments.of("loss", layers(vector, dense, new LossLayer.Builder().build()), batch(4)),
        Arguments.of(
            "recurrent output",
            layers(series, rnn, new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(3).build()),
            batch(4, 6)),
        Arguments.of(
            "recurrent loss",
            layers(
                series,
                new SimpleRnn.Builder().nOut(3).build(),
                new RnnLossLayer.Builder(LossFunction.MSE).activation(Activation.TANH).build()),
            batch(4, 6)),
        Arguments.of(
            "last time step", layers(series, new LastTimeStep(rnn), flat), seriesToClass()),
        Arguments.of(
            "image loss",
            layers(
                image,
                new ConvolutionLayer.Builder(1, 1).nOut(3).build(),
                new CnnLossLayer.Builder(LossFunction.MSE).activation(Activation.TANH).build()),
            images()),
        Arguments.of(
            "volume loss",
            layers(
                InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 2, 2, 2, 2),
                new Convolution3D.Builder(1, 1, 1).nOut(3).build(),
                new Cnn3DLossLayer.Builder(Convolution3D.DataFormat.NCDHW)
                    .lossFunction(LossFunction.MSE)
                    .activation(Activation.TANH)
                    .build()),
            new DataSet(
                Nd4j.rand(DataType.DOUBLE, 3, 2, 2, 2, 2),
                Nd4j.rand(DataType.DOUBLE, 3, 3, 2, 2, 2))));
  }

  private static MultiLayerConfiguration layers(InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        Networks.conf(new Sgd(0.3)).dataType(DataType.DOUBLE).l2(1e-3).list();
    for (Layer layer : layers) {
      list.layer(layer.clone());
    }
    return list.setInputType(input).build();
  }

  private static DataSet batch(int examples) {
    return Networks.batch(DataType.DOUBLE, examples, 1);
  }

  private static DataSet batch(int examples, int length) {
    Nd4j.getRandom().setSeed(1);
    return new DataSet(
        Nd4j.randn(DataType.DOUBLE, examples, 4, length),
        Nd4j.rand(DataType.DOUBLE, examples, 3, length));
  }

  private static DataSet seriesToClass() {
    return new DataSet(batch(5, 6).getFeatures(), batch(5).getLabels());
  }

  private static DataSet images() {
    Nd4j.getRandom().setSeed(1);
    return new DataSet(
        Nd4j.randn(DataType.DOUBLE, 3, 2, 4, 4), Nd4j.rand(DataType.DOUBLE, 3, 3, 4, 4));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("outputs")
  void trainsAsWithout(String name, MultiLayerConfiguration conf, DataSet batch) {
    for (double maxNorm : new double[] {1e-2, 1e6}) {
      MultiLayerNetwork scaled = Networks.init(conf.clone());
      MultiLayerNetwork plain = Networks.init(conf.clone());
      scaled.addListeners(listener(clipping(maxNorm, SCALING)));
      plain.addListeners(listener(GradientClipping.byGlobalNorm(maxNorm)));
      for (int i = 0; i < 4; i++) {
        scaled.fit(batch);
        ClipReport with = seen.last();
        plain.fit(batch);
        ClipReport without = seen.last();
        assertThat(with.lossScale()).isEqualTo(new LossScaleStatus(65536, i + 1, 0));
        assertThat(without.lossScale()).isNull();
        assertThat(with.norm()).isCloseTo(without.norm(), within(1e-9 * without.norm()));
        assertThat(with.score()).isEqualTo(without.score(), within(1e-9));
        assertThat(with.outcome()).isEqualTo(without.outcome());
      }
      assertClose(scaled, plain);
    }
  }

  private static void assertClose(Model one, Model other) {
    double difference = one.params().sub(other.params()).norm2Number().doubleValue();
    assertThat(difference).isLessThan(1e-9 * other.params().norm2Number().doubleValue());
  }

  /** Several outputs of different kinds, one of them over time, share one factor. */
  @Test
  void outputsOfAGraphAreScaledAlike() {
    ComputationGraph scaled = twoOutputs();
    ComputationGraph plain = twoOutputs();
    scaled.addListeners(listener(clipping(1e-2, SCALING)));
    plain.addListeners(listener(GradientClipping.byGlobalNorm(1e-2)));
    DataSet series = batch(5, 6);
    MultiDataSet batch =
        new MultiDataSet(
            new INDArray[] {series.getFeatures()},
            new INDArray[] {series.getLabels(), batch(5).getLabels()});
    for (int i = 0; i < 4; i++) {
      scaled.fit(batch);
      double norm = seen.last().norm();
      plain.fit(batch);
      assertThat(norm).isCloseTo(seen.last().norm(), within(1e-9 * norm));
    }
    assertClose(scaled, plain);
  }

  private static ComputationGraph twoOutputs() {
    return Networks.init(
        Networks.conf(new Sgd(0.3))
            .dataType(DataType.DOUBLE)
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.recurrent(4))
            .addLayer("rnn", new SimpleRnn.Builder().nOut(5).build(), "in")
            .addLayer(
                "each", new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(3).build(), "rnn")
            .addLayer("last", new LastTimeStep(new SimpleRnn.Builder().nOut(5).build()), "rnn")
            .addLayer("one", new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build(), "last")
            .setOutputs("each", "one")
            .build());
  }

  static Stream<Arguments> settings() {
    return Stream.of(
        Arguments.of("sum", conf().miniBatch(false), clipping(1e-2, SCALING)),
        Arguments.of(
            "layer normalization",
            conf()
                .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                .gradientNormalizationThreshold(0.05),
            clipping(1e-2, SCALING)),
        Arguments.of(
            "excluded", conf(), clipping(1e-2, SCALING).toBuilder().exclude("0_*").build()),
        Arguments.of(
            "values",
            conf(),
            GradientClipping.byValue(1e-3).toBuilder().lossScaling(SCALING).build()),
        Arguments.of("constant", conf(), clipping(1e-2, LossScaling.constant(1000))));
  }

  private static NeuralNetConfiguration.Builder conf() {
    return Networks.conf(new Sgd(0.3)).dataType(DataType.DOUBLE);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settings")
  void trainsAsWithoutWhateverElseIsSet(
      String name, NeuralNetConfiguration.Builder conf, GradientClipping clipping) {
    MultiLayerConfiguration layers = Networks.denseConf(conf);
    MultiLayerNetwork scaled = Networks.init(layers.clone());
    MultiLayerNetwork plain = Networks.init(layers.clone());
    scaled.addListeners(listener(clipping));
    plain.addListeners(listener(without(clipping)));
    for (int i = 0; i < 4; i++) {
      scaled.fit(batch(7));
      plain.fit(batch(7));
    }
    assertClose(scaled, plain);
  }

  private static GradientClipping without(GradientClipping clipping) {
    return GradientClipping.fromJson(
        clipping.toJson().replaceFirst(",\"lossScaling\":\\{[^}]*}", ""));
  }

  @Test
  void truncatedBackpropagationIsScaledInEachPart() {
    MultiLayerConfiguration conf =
        layers(
            InputType.recurrent(4),
            new SimpleRnn.Builder().nOut(5).build(),
            new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(3).build());
    conf.setBackpropType(BackpropType.TruncatedBPTT);
    conf.setTbpttFwdLength(3);
    conf.setTbpttBackLength(3);
    MultiLayerNetwork scaled = Networks.init(conf.clone());
    MultiLayerNetwork plain = Networks.init(conf.clone());
    scaled.addListeners(listener(clipping(1e-2, SCALING)));
    plain.addListeners(listener(GradientClipping.byGlobalNorm(1e-2)));
    scaled.fit(batch(4, 6));
    plain.fit(batch(4, 6));
    assertThat(seen.steps).hasSize(4);
    assertClose(scaled, plain);
  }

  // ---- in HALF -------------------------------------------------------------------------------

  /** A gradient of which HALF holds nothing is there, and clipped as in FLOAT. */
  @Test
  void whatHalfCannotHoldIsNotLost() {
    MultiLayerNetwork half = Networks.init(tinyGradient(DataType.FLOAT16));
    MultiLayerNetwork stock = Networks.init(tinyGradient(DataType.FLOAT16));
    MultiLayerNetwork single = Networks.init(tinyGradient(DataType.FLOAT));
    half.addListeners(listener(clipping(1, SCALING)));
    half.fit(Networks.batch(DataType.FLOAT16, 16, 1));
    double scaled = seen.last().norm();
    stock.addListeners(listener(GradientClipping.byGlobalNorm(1)));
    stock.fit(Networks.batch(DataType.FLOAT16, 16, 1));
    double unscaled = seen.last().norm();
    single.addListeners(listener(GradientClipping.byGlobalNorm(1)));
    single.fit(Networks.batch(16, 1));
    double exact = seen.last().norm();

    assertThat(exact).isBetween(1e-9, 1e-7);
    assertThat(scaled).isCloseTo(exact, within(0.01 * exact));
    assertThat(unscaled).isZero();
  }

  private static MultiLayerConfiguration tinyGradient(DataType type) {
    INDArray weights = Nd4j.createFromArray(1e-8f, 1e-8f, 1e-8f);
    return Networks.conf(new Sgd(0.1))
        .dataType(type)
        .list()
        .layer(new DenseLayer.Builder().nIn(4).nOut(5).build())
        .layer(
            new OutputLayer.Builder(new org.nd4j.linalg.lossfunctions.impl.LossMCXENT(weights))
                .nIn(5)
                .nOut(3)
                .build())
        .build();
  }

  @Test
  void unscaledThenClippedEqualsClippedInFloat() {
    MultiLayerNetwork half = Networks.init(Networks.plainConf(type(DataType.FLOAT16, new Sgd(1))));
    MultiLayerNetwork single = Networks.init(Networks.plainConf(type(DataType.FLOAT, new Sgd(1))));
    single.setParams(half.params().castTo(DataType.FLOAT));
    half.addListeners(listener(clipping(0.1, SCALING)));
    half.fit(Networks.batch(DataType.FLOAT16, 16, 1));
    ClipReport scaled = seen.last();
    single.addListeners(listener(GradientClipping.byGlobalNorm(0.1)));
    single.fit(Networks.batch(DataType.FLOAT16, 16, 1).copy());
    ClipReport exact = seen.last();
    assertThat(scaled.outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(scaled.norm()).isCloseTo(exact.norm(), within(5e-3 * exact.norm()));
    INDArray difference = half.params().castTo(DataType.FLOAT).sub(single.params());
    // a unit in the last place of weights below 2, and what the forward pass in HALF makes of it
    assertThat(difference.amaxNumber().doubleValue()).isLessThan(2e-3);
  }

  private static NeuralNetConfiguration.Builder type(DataType type, IUpdater updater) {
    return Networks.conf(updater).dataType(type);
  }

  // ---- overflow ------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anOverflowIsSkippedWholeUntilTheScaleFits(Kind kind) {
    Model network = kind.half(new Adam(1e-3));
    GradientClipping clipping =
        clipping(1, SCALING.withInitialScale(0x1p22).withMasterWeights(true)).toBuilder()
            .nonFinite(NonFinitePolicy.SKIP)
            .maxConsecutiveSkips(0)
            .build();
    addListener(network, listener(clipping));
    try (LogCapture log = new LogCapture(Level.DEBUG)) {
      Kind.fit(network, whole());
      Snapshot before = Snapshot.of(network);
      assertThat(seen.last().outcome()).isEqualTo(StepOutcome.OVERFLOWED);
      assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(0x1p22, 0, 1));
      Kind.fit(network, whole());
      assertThat(Snapshot.of(network).params()).isEqualTo(before.params());
      assertThat(Snapshot.of(network).updaterState()).isEqualTo(before.updaterState());
      for (int i = 0; i < 20; i++) {
        Kind.fit(network, whole());
      }
      assertThat(Snapshot.of(network).params()).isNotEqualTo(before.params());
      assertThat(log.at(Level.WARN)).isEmpty();
      assertThat(log.at(Level.DEBUG))
          .anyMatch(
              line ->
                  line.startsWith("iteration=0 overflowed at lossScale=4.19430e+06")
                      && line.contains("lossScale=2.09715e+06 from now on"));
    }
    List<StepOutcome> outcomes = seen.steps.stream().map(ClipReport::outcome).toList();
    int overflows = outcomes.lastIndexOf(StepOutcome.OVERFLOWED) + 1;
    assertThat(outcomes.subList(0, overflows)).containsOnly(StepOutcome.OVERFLOWED);
    assertThat(seen.last().lossScale())
        .isEqualTo(new LossScaleStatus(0x1p22 / Math.pow(2, overflows), 22 - overflows, overflows));
    assertThat(seen.nonFinite).isEmpty();
    assertThat(seen.steps.stream().anyMatch(ClipReport::isNonFinite)).isFalse();
  }

  private static DataSet whole() {
    return Networks.batch(DataType.FLOAT16, 8, 1);
  }

  @Test
  void atTheFloorThePolicyDecides() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.half(new Sgd(0.1));
    network.addListeners(
        listener(clipping(1, SCALING.withInitialScale(0x1p22).withMinScale(0x1p20))));
    network.fit(whole());
    network.fit(whole());
    Snapshot before = Snapshot.of(network);
    assertThatThrownBy(() -> network.fit(whole())).isInstanceOf(NonFiniteGradientException.class);
    assertThat(Snapshot.of(network)).isEqualTo(before);
    assertThat(seen.steps.stream().map(ClipReport::outcome))
        .containsExactly(StepOutcome.OVERFLOWED, StepOutcome.OVERFLOWED, StepOutcome.RAISED);
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(0x1p20, 0, 2));
  }

  /** No scale mends a forward pass that is broken. */
  @Test
  void brokenDataIsNoOverflow() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.half(new Sgd(0.1));
    network.addListeners(listener(clipping(1, SCALING)));
    DataSet batch = Networks.batch(DataType.FLOAT16, 8, 1);
    batch.getFeatures().putScalar(0, 0, Double.NaN);
    assertThatThrownBy(() -> network.fit(batch)).isInstanceOf(NonFiniteGradientException.class);
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(65536, 0, 0));
  }

  // ---- what it leaves alone ------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(Kind.class)
  void isTakenOutAgain(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    ILossFunction before = lossOf(network);
    String json = json(network);
    GradientClipping clipping = clipping(1, SCALING);
    clipping.attachTo(network);
    clipping.attachTo(network);
    assertThat(lossOf(network))
        .isInstanceOfSatisfying(
            ScaledLoss.class, loss -> assertThat(loss.getLossFn()).isSameAs(before));
    assertThat(json(network)).isEqualTo(json);
    GradientClipping.detachFrom(network);
    assertThat(lossOf(network)).isSameAs(before);
    Kind.fit(network, 1, 2);
    Model stock = kind.plain(new Sgd(0.1));
    Kind.fit(stock, 1, 2);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  private static ILossFunction lossOf(Model network) {
    org.deeplearning4j.nn.api.Layer[] layers =
        network instanceof MultiLayerNetwork sequence
            ? sequence.getLayers()
            : ((ComputationGraph) network).getLayers();
    return ((BaseOutputLayer) layers[layers.length - 1].conf().getLayer()).getLossFn();
  }

  private static String json(Model network) {
    return network instanceof MultiLayerNetwork sequence
        ? sequence.getLayerWiseConfigurations().toJson()
        : ((ComputationGraph) network).getConfiguration().toJson();
  }

  @Test
  void aCloneIsNotScaled() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    network.addListeners(listener(clipping(1, SCALING)));
    network.fit(Networks.batch(7, 1));
    MultiLayerNetwork clone = network.clone();
    MultiLayerNetwork stock = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    stock.setParams(network.params().dup());
    clone.fit(Networks.batch(7, 2));
    stock.fit(Networks.batch(7, 2));
    assertThat(Snapshot.bits(clone.params())).isEqualTo(Snapshot.bits(stock.params()));
  }

  @Test
  void jsonOfALayerIsThatOfThePlainLoss() throws Exception {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    ILossFunction plain = lossOf(network);
    clipping(1, SCALING).attachTo(network);
    String json = network.getOutputLayer().conf().toJson();
    assertThat(json).doesNotContain("dl4jclipping");
    NeuralNetConfiguration read = NeuralNetConfiguration.fromJson(json);
    assertThat(((BaseOutputLayer) read.getLayer()).getLossFn()).isEqualTo(plain);
  }

  /** Where DL4J's own updater is back, nothing would divide by the scale. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void nothingIsScaledThatNobodyDivides(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    Model stock = kind.plain(new Sgd(0.1));
    clipping(1, SCALING).attachTo(network);
    Kind.setLearningRate(network, 0.2);
    Kind.setLearningRate(stock, 0.2);
    Kind.fit(network, 1, 2);
    Kind.fit(stock, 1, 2);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  /** DL4J makes the new network from the layers' own configurations. */
  @Test
  void transferLearningIsNotScaled() {
    ComputationGraph network = (ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1));
    network.addListeners(listener(clipping(1, SCALING)));
    network.fit(Networks.batch(7, 1));
    ComputationGraph changed = changed(network);
    ComputationGraph stock = changed((ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1)));
    assertThat(changed.getConfiguration().toJson()).doesNotContain("dl4jclipping");
    stock.setParams(changed.params().dup());
    Kind.fit(changed, 2, 3);
    Kind.fit(stock, 2, 3);
    assertThat(Snapshot.bits(changed.params())).isEqualTo(Snapshot.bits(stock.params()));

    changed.addListeners(listener(clipping(1, SCALING)));
    Kind.fit(changed, 4);
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(65536, 1, 0));
    GradientClipping.detachFrom(changed);
    assertThat(lossOf(changed)).isNotInstanceOf(ScaledLoss.class);
  }

  private static ComputationGraph changed(ComputationGraph network) {
    return new TransferLearning.GraphBuilder(network)
        .nOutReplace("dense", 6, WeightInit.XAVIER)
        .build();
  }

  @Test
  void inFloatItWarnsOnce() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      network.addListeners(listener(clipping(1, SCALING)));
      network.fit(Networks.batch(7, 1));
      network.setLearningRate(0.2);
      network.fit(Networks.batch(7, 1));
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("lossScaling", "buys nothing in a network of FLOAT");
    }
  }

  // ---- what is refused -----------------------------------------------------------------------

  static Stream<Arguments> refused() {
    InputType image = InputType.convolutional(4, 4, 5);
    Layer output = new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build();
    Layer center =
        new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
            .nOut(3)
            .activation(Activation.SOFTMAX)
            .build();
    return Stream.of(
        Arguments.of(
            "CenterLossOutputLayer",
            layers(InputType.feedForward(4), new DenseLayer.Builder().nOut(5).build(), center)),
        Arguments.of(
            "Yolo2OutputLayer",
            layers(
                image,
                new ConvolutionLayer.Builder(1, 1).nOut(8).build(),
                new Yolo2OutputLayer.Builder()
                    .boundingBoxPriors(Nd4j.create(new double[][] {{1, 1}}))
                    .build())),
        Arguments.of(
            "OCNNOutputLayer",
            layers(
                InputType.feedForward(4),
                new DenseLayer.Builder().nOut(5).build(),
                new OCNNOutputLayer.Builder().nIn(5).hiddenLayerSize(3).build())),
        Arguments.of(
            "VariationalAutoencoder",
            layers(
                InputType.feedForward(4),
                new VariationalAutoencoder.Builder().nOut(3).build(),
                output)),
        Arguments.of(
            "no output layer",
            layers(InputType.feedForward(4), new DenseLayer.Builder().nOut(5).build())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void refusesWhatItCannotScale(String name, MultiLayerConfiguration conf) {
    MultiLayerNetwork network = Networks.init(conf);
    Snapshot before = Snapshot.of(network);
    Class<?> updater = network.getUpdater().getClass();
    String what = name.startsWith("no ") ? "needs an output layer" : name;
    assertThatThrownBy(() -> clipping(1, SCALING).attachTo(network))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("lossScaling", what, "leave lossScaling out");
    assertThat(Snapshot.of(network)).isEqualTo(before);
    assertThat(network.getUpdater().getClass()).isEqualTo(updater);
  }

  private static GradientClipping clipping(double maxNorm, LossScaling scaling) {
    return GradientClipping.builder().maxNorm(maxNorm).lossScaling(scaling).build();
  }

  private GradientClippingListener listener(GradientClipping clipping) {
    return new GradientClippingListener(clipping).observe(seen);
  }

  private static void addListener(Model network, GradientClippingListener listener) {
    if (network instanceof MultiLayerNetwork layers) {
      layers.addListeners(listener);
    } else {
      ((ComputationGraph) network).addListeners(listener);
    }
  }
}
