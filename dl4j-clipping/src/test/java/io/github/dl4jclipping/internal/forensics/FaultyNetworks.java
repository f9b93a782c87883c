package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Networks in which single places can be broken. */
final class FaultyNetworks {

  private FaultyNetworks() {}

  static NeuralNetConfiguration.Builder conf() {
    return Networks.conf(new Sgd(0.1));
  }

  /** Two dense layers and an output over 4 inputs and 3 outputs, without any squashing. */
  static Model linear(Kind kind, DataType type) {
    return linear(kind, type, new ActivationIdentity(), new ActivationIdentity(), new LossMSE());
  }

  static Model linear(
      Kind kind, DataType type, IActivation first, IActivation second, ILossFunction loss) {
    Layer a = new DenseLayer.Builder().nIn(4).nOut(5).activation(first).build();
    Layer b = new DenseLayer.Builder().nIn(5).nOut(5).activation(second).build();
    Layer c = new OutputLayer.Builder(loss).nIn(5).nOut(3).activation(Activation.IDENTITY).build();
    NeuralNetConfiguration.Builder conf = conf().dataType(type);
    return kind == Kind.LAYERS
        ? Networks.init(conf.list().layer(a).layer(b).layer(c).build())
        : Networks.init(
            conf.graphBuilder()
                .addInputs("in")
                .addLayer("0", a, "in")
                .addLayer("1", b, "0")
                .addLayer("2", c, "1")
                .setOutputs("2")
                .build());
  }

  /** Sets every parameter of one array. */
  static Model set(Model model, String parameter, double value) {
    model.paramTable().get(parameter).assign(value);
    return model;
  }

  /** Weights and features such that whatever goes into a layer is about 10 and positive. */
  static Model steady(Model model) {
    for (int layer = 0; layer < 3; layer++) {
      set(model, layer + "_W", layer == 0 ? 0.25 : 0.2);
      set(model, layer + "_b", 0);
    }
    return model;
  }

  static DataSet tens(DataType type) {
    return new DataSet(
        Nd4j.valueArrayOf(new long[] {6, 4}, 10.0, type),
        Nd4j.valueArrayOf(new long[] {6, 3}, 1.0, type));
  }

  static Model convolutional() {
    return Networks.init(
        conf()
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(2).build())
            .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(3)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.convolutional(6, 6, 2))
            .build());
  }

  static DataSet images() {
    INDArray labels = Nd4j.zeros(5, 3);
    labels.getColumn(1).assign(1);
    return new DataSet(
        Nd4j.linspace(-1, 1, 5 * 2 * 6 * 6).reshape(5, 2, 6, 6).castTo(DataType.FLOAT), labels);
  }

  /** Two inputs, of 3 and 2 columns, and two outputs, of 3 and 2. */
  static Model forked(LossFunction second) {
    return Networks.init(
        conf()
            .graphBuilder()
            .addInputs("x", "y")
            .addLayer("a", new DenseLayer.Builder().nIn(3).nOut(4).build(), "x")
            .addLayer("b", new DenseLayer.Builder().nIn(2).nOut(4).build(), "y")
            .addVertex("merge", new MergeVertex(), "a", "b")
            .addLayer("p", output(LossFunction.MSE, 3), "merge")
            .addLayer("q", output(second, 2), "merge")
            .setOutputs("p", "q")
            .build());
  }

  private static Layer output(LossFunction loss, int n) {
    return new OutputLayer.Builder(loss).nIn(8).nOut(n).activation(Activation.IDENTITY).build();
  }

  static MultiDataSet forkedBatch() {
    return new MultiDataSet(
        new INDArray[] {Nd4j.ones(DataType.FLOAT, 5, 3), Nd4j.ones(DataType.FLOAT, 5, 2)},
        new INDArray[] {Nd4j.ones(DataType.FLOAT, 5, 3), Nd4j.ones(DataType.FLOAT, 5, 2)});
  }
}
