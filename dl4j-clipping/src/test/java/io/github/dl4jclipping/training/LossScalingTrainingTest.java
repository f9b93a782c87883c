package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
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
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Scaling the loss changes nothing, whatever the output layer: in DOUBLE it is divided out. */
class LossScalingTrainingTest {

  private static final LossScaling SCALING = LossScaling.dynamic();

  private final CollectingObserver seen = new CollectingObserver();

  static Stream<Arguments> outputs() {
    InputType vector = InputType.feedForward(4);
    InputType series = InputType.recurrent(4);
    InputType image = InputType.convolutional(4, 4, 2);
    Layer rnn = new SimpleRnn.Builder().nOut(5).build();
    Layer dense = new DenseLayer.Builder().nOut(3).build();
    Layer flat = new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build();
    return Stream.of(
        Arguments.of("output", Networks.layers(vector, dense, flat), batch(4)),
        Arguments.of(
            "batch normalization",
            Networks.layers(vector, dense, new BatchNormalization(), flat),
            batch(4)),
        Arguments.of(
            "loss", Networks.layers(vector, dense, new LossLayer.Builder().build()), batch(4)),
        Arguments.of(
            "recurrent output",
            Networks.layers(
                series, rnn, new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(3).build()),
            batch(4, 6)),
        Arguments.of(
            "recurrent loss",
            Networks.layers(
                series,
                new SimpleRnn.Builder().nOut(3).build(),
                new RnnLossLayer.Builder(LossFunction.MSE).activation(Activation.TANH).build()),
            batch(4, 6)),
        Arguments.of(
            "last time step",
            Networks.layers(series, new LastTimeStep(rnn), flat),
            seriesToClass()),
        Arguments.of(
            "image loss",
            Networks.layers(
                image,
                new ConvolutionLayer.Builder(1, 1).nOut(3).build(),
                new CnnLossLayer.Builder(LossFunction.MSE).activation(Activation.TANH).build()),
            images()),
        Arguments.of(
            "volume loss",
            Networks.layers(
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
        Networks.layers(
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

  private static GradientClipping clipping(double maxNorm, LossScaling scaling) {
    return GradientClipping.builder().maxNorm(maxNorm).lossScaling(scaling).build();
  }

  private GradientClippingListener listener(GradientClipping clipping) {
    return new GradientClippingListener(clipping).observe(seen);
  }
}
