package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.Networks;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
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
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.ocnn.OCNNOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Loss functions and output layers of DL4J, as docs/dl4j-notes.md states them. */
class LossesTest {

  /** Mean squared error, multiplied, that notes which of its methods are called. */
  private static final class Noting implements ILossFunction {

    private static final long serialVersionUID = 1L;

    private final LossMSE loss = new LossMSE();
    private final transient List<String> called = new ArrayList<>();
    private final double factor;

    Noting(double factor) {
      this.factor = factor;
    }

    @Override
    public double computeScore(
        INDArray labels, INDArray output, IActivation activation, INDArray mask, boolean average) {
      called.add("computeScore");
      return loss.computeScore(labels, output, activation, mask, average);
    }

    @Override
    public INDArray computeScoreArray(
        INDArray labels, INDArray output, IActivation activation, INDArray mask) {
      called.add("computeScoreArray");
      return loss.computeScoreArray(labels, output, activation, mask);
    }

    @Override
    public INDArray computeGradient(
        INDArray labels, INDArray output, IActivation activation, INDArray mask) {
      called.add("computeGradient");
      return loss.computeGradient(labels, output, activation, mask).muli(factor);
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
        INDArray labels, INDArray output, IActivation activation, INDArray mask, boolean average) {
      called.add("computeGradientAndScore");
      return loss.computeGradientAndScore(labels, output, activation, mask, average);
    }

    @Override
    public String name() {
      return "noting";
    }
  }

  static Stream<Arguments> outputs() {
    InputType flat = InputType.feedForward(4);
    InputType sequence = InputType.recurrent(4);
    InputType image = InputType.convolutional(4, 4, 2);
    InputType volume = InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 3, 3, 3, 2);
    Layer dense = new DenseLayer.Builder().nOut(3).build();
    Layer recurrent = new SimpleRnn.Builder().nOut(3).build();
    Layer convolution = new ConvolutionLayer.Builder(1, 1).nOut(3).build();
    Layer convolution3d = new Convolution3D.Builder(1, 1, 1).nOut(3).build();
    return Stream.of(
        Arguments.of(flat, dense, new OutputLayer.Builder().nOut(3).build(), new long[] {5, 4}),
        Arguments.of(flat, dense, new LossLayer.Builder().build(), new long[] {5, 4}),
        Arguments.of(
            sequence,
            recurrent,
            new RnnOutputLayer.Builder().nOut(3).build(),
            new long[] {5, 4, 6}),
        Arguments.of(
            sequence,
            recurrent,
            new RnnLossLayer.Builder(LossFunction.MSE).build(),
            new long[] {5, 4, 6}),
        Arguments.of(
            image, convolution, new CnnLossLayer.Builder().build(), new long[] {5, 2, 4, 4}),
        Arguments.of(
            volume,
            convolution3d,
            new Cnn3DLossLayer.Builder(Convolution3D.DataFormat.NCDHW).build(),
            new long[] {5, 2, 3, 3, 3}));
  }

  @ParameterizedTest
  @MethodSource("outputs")
  void everyPassAsksTheConfigurationForItsLossAnew(
      InputType input, Layer layer, Layer output, long[] shape) throws Exception {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .list()
                .layer(layer)
                .layer(output)
                .setInputType(input)
                .build());
    long[] labels = shape.clone();
    labels[1] = 3;
    DataSet batch = new DataSet(Nd4j.ones(shape), Nd4j.zeros(labels));
    network.fit(batch);
    Noting noting = new Noting(1);
    Layer configured = network.getOutputLayer().conf().getLayer();
    configured.getClass().getMethod("setLossFn", ILossFunction.class).invoke(configured, noting);

    network.fit(batch);

    assertThat(noting.called).containsExactly("computeGradient", "computeScore");
  }

  @Test
  void centerLossAddsToTheGradientOfItsLoss() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .list()
                .layer(new DenseLayer.Builder().nOut(5).build())
                .layer(new CenterLossOutputLayer.Builder(new Noting(0)).nOut(3).lambda(0.5).build())
                .setInputType(InputType.feedForward(4))
                .build());
    INDArray before = network.getParam("0_W").dup();

    network.fit(Networks.batch(7, 1));

    assertThat(before.distance2(network.getParam("0_W"))).isPositive();
  }

  @Test
  void anOutputLayerOfOneClassPutsItsOwnLossIn() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .list()
                .layer(new DenseLayer.Builder().nOut(5).build())
                .layer(new OCNNOutputLayer.Builder().nIn(5).hiddenLayerSize(3).build())
                .setInputType(InputType.feedForward(4))
                .build());
    BaseOutputLayer configured = (BaseOutputLayer) network.getOutputLayer().conf().getLayer();

    assertThat(configured.getLossFn().getClass().getName()).contains("OCNNOutputLayer$");
  }

  @Test
  void onlyLayersLookThroughAFrozenOutputLayer() {
    FrozenLayerWithBackprop frozen =
        new FrozenLayerWithBackprop(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(4)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build());
    MultiLayerNetwork network =
        Networks.init(Networks.conf(new Sgd(0.1)).list().layer(frozen).build());
    ComputationGraph graph =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .graphBuilder()
                .addInputs("in")
                .addLayer("out", frozen.clone(), "in")
                .setOutputs("out")
                .build());

    assertThat(network.getOutputLayer())
        .isInstanceOf(org.deeplearning4j.nn.api.layers.IOutputLayer.class);
    assertThat(graph.getOutputLayer(0))
        .isInstanceOf(org.deeplearning4j.nn.layers.FrozenLayerWithBackprop.class);
  }
}
