package io.github.dl4jclipping.internal.forensics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Recurrent;
import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import io.github.dl4jclipping.internal.network.Dl4jModels;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Origins that what breaks first does not show: casts, idle parameters, the scale of the loss. */
class HiddenOriginTest {

  // ---- a batch that the network's data type cannot hold

  /** An infinite input of tanh breaks the backward pass alone. */
  @ParameterizedTest
  @CsvSource({
    "LAYERS, HALF, FLOAT, 1e30, IDENTITY",
    "LAYERS, HALF, FLOAT, 1e30, TANH",
    "LAYERS, FLOAT, DOUBLE, -1e300, IDENTITY",
    "LAYERS, FLOAT, DOUBLE, -1e300, TANH",
    "GRAPH, HALF, FLOAT, 1e30, IDENTITY",
    "GRAPH, HALF, FLOAT, 1e30, TANH",
    "GRAPH, FLOAT, DOUBLE, -1e300, IDENTITY",
    "GRAPH, FLOAT, DOUBLE, -1e300, TANH",
    "GRAPH, HALF, LONG, 70000, TANH",
  })
  void featuresThatOverflowInTheCastAreTold(
      Kind kind, DataType network, DataType features, double value, Activation activation) {
    Model model = linear(kind, network, activation.getActivationFunction(), new LossMSE());
    DataSet batch = FaultyNetworks.tens(network);
    batch.setFeatures(batch.getFeatures().castTo(features));
    batch.getFeatures().putScalar(4, 2, value);

    NonFiniteReport report = Incidents.of(model, batch);

    assertIsOf(report, OriginKind.FEATURES, "features");
    assertThat(report.origin().found().rows()).containsExactly(4L);
    assertThat(report.origin().found().columns()).containsExactly(2L);
    assertThat(report.origin().largestInput()).isEqualTo(Math.abs(value), offset(value));
    assertThat(report.verdict())
        .startsWith("column 2 of the features has 1 " + (value > 0 ? "+Inf" : "-Inf"))
        .contains("in row 4 after a cast to a data type that is too small");
    assertThat(report.origin().notes())
        .contains(
            "the data type of the features is " + features + ", which DL4J casts to " + network);
    assertThat(report.remedy()).contains("scale the features down", "larger data type");
  }

  private static org.assertj.core.data.Offset<Double> offset(double value) {
    return org.assertj.core.data.Offset.offset(Math.abs(value) * 1e-6);
  }

  @ParameterizedTest
  @CsvSource({
    "LAYERS, HALF, FLOAT, 1e30", "LAYERS, FLOAT, DOUBLE, 1e300",
    "GRAPH, HALF, FLOAT, 1e30", "GRAPH, FLOAT, DOUBLE, 1e300",
  })
  void labelsThatOverflowInTheCastAreTold(
      Kind kind, DataType network, DataType labels, double value) {
    Model model = linear(kind, network, new ActivationIdentity(), new LossMSE());
    DataSet batch = FaultyNetworks.tens(network);
    batch.setLabels(batch.getLabels().castTo(labels));
    batch.getLabels().putScalar(5, 1, value);

    NonFiniteReport report = Incidents.of(model, batch);

    assertIsOf(report, OriginKind.LABELS, "labels");
    assertThat(report.origin().found().rows()).containsExactly(5L);
    assertThat(report.origin().found().columns()).containsExactly(1L);
    assertThat(report.verdict()).contains("after a cast to a data type that is too small");
    assertThat(report.remedy()).contains("scale the labels down");
  }

  /** A loss that is scaled is computed in FLOAT: a label of 1e30 overflows when it is squared. */
  @Test
  void labelsFitInFloatWhereTheLossIsComputedInFloat() {
    Model model = linear(Kind.LAYERS, DataType.FLOAT16, new ActivationIdentity(), new LossMSE());
    DataSet batch = FaultyNetworks.tens(DataType.FLOAT16);
    batch.setLabels(batch.getLabels().castTo(DataType.FLOAT));
    batch.getLabels().putScalar(5, 1, 1e30);

    NonFiniteReport report = Incidents.of(model, batch, LossScaling.constant(1));

    assertIsOf(report, OriginKind.LOSS, "2");
    assertThat(report.origin().found().rows()).containsExactly(5L);
    assertThat(report.verdict())
        .isEqualTo(
            "the loss of layer 2 is not finite in example 5, although its input and labels are"
                + " finite");
  }

  @Test
  void indicesAreNotCast() {
    EmbeddingLayer embedding =
        new EmbeddingLayer.Builder().nIn(80_000).nOut(3).activation(new BrokenDerivative()).build();
    Model model =
        Networks.init(
            FaultyNetworks.conf()
                .dataType(DataType.FLOAT16)
                .list()
                .layer(embedding)
                .layer(output(3, new LossMSE()))
                .build());
    DataSet batch =
        new DataSet(
            Nd4j.createFromArray(new float[][] {{70_000}, {3}}), Nd4j.ones(DataType.FLOAT16, 2, 3));

    assertIsOf(Incidents.of(model, batch), OriginKind.BACKWARD, "0");
  }

  @Test
  void severalColumnsArePlural() {
    DataSet batch = Networks.batch(7, 1);
    batch.getFeatures().putScalar(2, 0, Double.NaN).putScalar(2, 3, Double.NaN);

    assertThat(
            Incidents.of(Kind.LAYERS.plain(FaultyNetworks.conf().getIUpdater()), batch).verdict())
        .isEqualTo("the features have 2 NaN in columns 0 and 3 in row 2");
  }

  // ---- the loss, its scale and the backward pass

  /** The square of 400 is beyond HALF: the loss must be repeated as it was computed. */
  @ParameterizedTest
  @EnumSource
  void lossIsRepeatedInThePrecisionOfTraining(Kind kind) {
    Model model =
        FaultyNetworks.steady(
            FaultyNetworks.linear(
                kind,
                DataType.FLOAT16,
                new BrokenDerivative(),
                new ActivationIdentity(),
                new LossMSE()));
    DataSet batch = FaultyNetworks.tens(DataType.FLOAT16);
    batch.getLabels().assign(400);

    NonFiniteReport report = Incidents.of(model, batch, LossScaling.constant(4));

    assertThat(report.score()).isBetween(1e5, 1e6);
    assertIsOf(report, OriginKind.BACKWARD, "0");
    assertThat(report.origin().notes())
        .contains("the backward pass is non-finite even without the loss scale");
    assertThat(report.remedy()).contains("check the derivatives");
  }

  /** A scale of 1 divides by the minibatch size, too: undivided, layer 2 would be above 65504. */
  @ParameterizedTest
  @EnumSource
  void lossIsRepeatedAsItWasMultipliedAtScaleOne(Kind kind) {
    Model model =
        FaultyNetworks.steady(
            FaultyNetworks.linear(
                kind,
                DataType.FLOAT16,
                new BrokenDerivative(),
                new ActivationIdentity(),
                new LossMSE()));
    DataSet batch = FaultyNetworks.tens(DataType.FLOAT16);
    batch.getLabels().assign(2000);

    NonFiniteReport report = Incidents.of(model, batch, LossScaling.constant(1));

    assertIsOf(report, OriginKind.BACKWARD, "0");
    assertThat(report.origin().notes()).noneMatch(note -> note.contains("loss scale"));
  }

  @ParameterizedTest
  @CsvSource({"LAYERS, HALF, 1e6", "GRAPH, HALF, 1e6", "LAYERS, FLOAT, 3e38", "GRAPH, FLOAT, 3e38"})
  void lossScaleThatIsTooLargeIsTold(Kind kind, DataType type, double scale) {
    Model model =
        FaultyNetworks.steady(linear(kind, type, new ActivationIdentity(), new LossMSE()));

    NonFiniteReport report =
        Incidents.of(model, FaultyNetworks.tens(type), LossScaling.constant(scale));

    assertIsOf(report, OriginKind.LOSS_SCALE, "2");
    assertThat(report.origin().notes()).contains("the loss scale was " + scale);
    assertThat(report.verdict()).contains("so is the backward pass without the loss scale");
    assertThat(report.remedy())
        .isEqualTo("What to do: lower the loss scale, or use LossScaling.dynamic().");
  }

  @ParameterizedTest
  @EnumSource
  void layersWithoutParametersAreNamed(Kind kind) {
    ActivationLayer broken =
        new ActivationLayer.Builder().activation(new BrokenDerivative()).build();
    Model model = chain(kind, FaultyNetworks.conf(), dense(4, 3), broken, output(3, new LossMSE()));

    assertIsOf(Incidents.of(model, FaultyNetworks.tens(DataType.FLOAT)), OriginKind.BACKWARD, "1");
  }

  @ParameterizedTest
  @EnumSource
  void lossLayersAreNamed(Kind kind) {
    LossLayer loss =
        new LossLayer.Builder(new BrokenLossGradient()).activation(Activation.IDENTITY).build();
    Model model = chain(kind, FaultyNetworks.conf(), dense(4, 3), loss);

    NonFiniteReport report = Incidents.of(model, FaultyNetworks.tens(DataType.FLOAT));

    assertIsOf(report, OriginKind.BACKWARD, "1");
    assertThat(report.origin().found().count().total()).isPositive();
  }

  /** Nobody uses what the lowest layer would pass on. */
  @ParameterizedTest
  @EnumSource
  void layersBelowEveryParameterAreNotBlamed(Kind kind) {
    ActivationLayer broken =
        new ActivationLayer.Builder().activation(new BrokenDerivative()).build();
    Model model =
        chain(
            kind, FaultyNetworks.conf(), broken, dense(4, 3), output(3, new BrokenLossGradient()));

    assertIsOf(Incidents.of(model, FaultyNetworks.tens(DataType.FLOAT)), OriginKind.BACKWARD, "2");
  }

  @Test
  void faultThatDoesNotRepeatIsToldAsSuch() {
    Model model = linear(Kind.LAYERS, DataType.FLOAT, new ActivationIdentity(), new LossMSE());
    DataSet batch = FaultyNetworks.tens(DataType.FLOAT);
    Kind.fit(model, batch);

    Origin origin =
        OriginFinder.find(
            model,
            Dl4jModels.of(model).parts(),
            List.of(new NonFiniteParameter("1_W", 25, 1, 0, 0)),
            false,
            null);

    assertThat(origin.kind()).isEqualTo(OriginKind.BACKWARD);
    assertThat(origin.where()).isEqualTo("1");
    assertThat(origin.notes())
        .contains(
            "the repeated backward pass is finite",
            "the backward pass broke at layer 1, or above it at a layer without parameters");
  }

  // ---- parameters that this step did not use

  @ParameterizedTest
  @EnumSource
  void wordThatIsNotInTheBatchIsNotBlamed(Kind kind) {
    NonFiniteReport report = embedded(kind, 9, new BrokenLossGradient());

    assertIsOf(report, OriginKind.BACKWARD, "1");
  }

  @ParameterizedTest
  @EnumSource
  void wordThatIsInTheBatchIsBlamed(Kind kind) {
    assertIsOf(embedded(kind, 3, new BrokenLossGradient()), OriginKind.PARAMETERS, "0_W");
  }

  private static NonFiniteReport embedded(Kind kind, int brokenWord, ILossFunction loss) {
    EmbeddingLayer embedding = new EmbeddingLayer.Builder().nIn(10).nOut(4).build();
    Model model = chain(kind, FaultyNetworks.conf(), embedding, output(4, loss));
    model.paramTable().get("0_W").getRow(brokenWord).assign(Double.NaN);
    return Incidents.of(
        model,
        new DataSet(
            Nd4j.createFromArray(new float[][] {{1}, {3}, {4}}), Nd4j.ones(DataType.FLOAT, 3, 3)));
  }

  @Test
  void sequenceOfWordsIsLookedUpLikewise() {
    Model model =
        Networks.init(
            FaultyNetworks.conf()
                .list()
                .layer(new EmbeddingSequenceLayer.Builder().nIn(10).nOut(4).inputLength(3).build())
                .layer(
                    new RnnOutputLayer.Builder(new BrokenLossGradient())
                        .nIn(4)
                        .nOut(2)
                        .dataFormat(RNNFormat.NCW)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    model.paramTable().get("0_W").getRow(9).assign(Double.NaN);

    NonFiniteReport report =
        Incidents.of(
            model,
            new DataSet(
                Nd4j.createFromArray(new float[][] {{1, 2, 3}, {3, 4, 5}}),
                Nd4j.ones(DataType.FLOAT, 2, 2, 3)));

    assertIsOf(report, OriginKind.BACKWARD, "1");
  }

  @Test
  void decoderOfAnAutoencoderIsNotBlamed() {
    Model model =
        chain(
            Kind.LAYERS,
            FaultyNetworks.conf(),
            new VariationalAutoencoder.Builder()
                .nIn(4)
                .nOut(3)
                .encoderLayerSizes(5)
                .decoderLayerSizes(5)
                .build(),
            output(3, new BrokenLossGradient()));
    model.paramTable().get("0_d0W").assign(Double.NaN);

    assertIsOf(Incidents.of(model, FaultyNetworks.tens(DataType.FLOAT)), OriginKind.BACKWARD, "1");
  }

  @Test
  void parametersOfForeignGradientsAreStillLookedAt() {
    Model model = FaultyNetworks.linear(Kind.LAYERS, DataType.FLOAT);
    FaultyNetworks.set(model, "1_W", Double.NaN);

    Origin origin = OriginFinder.find(model, Dl4jModels.of(model).parts(), List.of(), true, null);

    assertThat(origin.where()).isEqualTo("1_W");
  }

  /** Without a batch nobody can tell. */
  @Test
  void parametersAreTheLastResort() {
    Model model = FaultyNetworks.linear(Kind.LAYERS, DataType.FLOAT);
    FaultyNetworks.set(model, "1_W", Double.NaN);

    Origin origin = OriginFinder.find(model, Dl4jModels.of(model).parts(), List.of(), false, null);

    assertThat(origin.where()).isEqualTo("1_W");
    assertThat(origin.notes()).contains("it is unknown whether this step used parameter 1_W");
  }

  // ---- rows

  /** DL4J puts the 8 examples of a time step together: row 59 is example 3 at step 7. */
  @ParameterizedTest
  @EnumSource
  void rowsOfTimeStepsAreToldAsExamples(Kind kind) {
    DenseLayer dense = new DenseLayer.Builder().nOut(4).activation(Activation.IDENTITY).build();
    RnnOutputLayer out =
        new RnnOutputLayer.Builder(LossFunction.MSE)
            .nOut(2)
            .activation(Activation.IDENTITY)
            .build();
    Model model =
        kind == Kind.LAYERS
            ? Networks.init(
                FaultyNetworks.conf()
                    .list()
                    .layer(dense)
                    .layer(out)
                    .setInputType(InputType.recurrent(3))
                    .build())
            : Networks.init(
                FaultyNetworks.conf()
                    .graphBuilder()
                    .addInputs("in")
                    .setInputTypes(InputType.recurrent(3))
                    .addLayer("0", dense, "in")
                    .addLayer("1", out, "0")
                    .setOutputs("1")
                    .build());
    FaultyNetworks.set(model, "0_W", 1e10);
    DataSet batch = Recurrent.batch(8, 2, 1);
    batch.getFeatures().putScalar(3, 0, 7, 1e35).putScalar(5, 1, 0, 1e35);

    NonFiniteReport report = Incidents.of(model, batch);

    assertIsOf(report, OriginKind.ACTIVATIONS, "0");
    assertThat(report.origin().found().rows()).containsExactly(3L, 5L);
  }

  // ---- networks

  private static void assertIsOf(NonFiniteReport report, OriginKind kind, String where) {
    assertThat(report.origin().kind()).as(report.describe()).isEqualTo(kind);
    assertThat(report.origin().where()).as(report.describe()).isEqualTo(where);
  }

  private static Model linear(
      Kind kind, DataType type, IActivation activation, ILossFunction loss) {
    return FaultyNetworks.linear(kind, type, activation, new ActivationIdentity(), loss);
  }

  private static Layer dense(int in, int out) {
    return new DenseLayer.Builder().nIn(in).nOut(out).activation(Activation.IDENTITY).build();
  }

  private static Layer output(int in, ILossFunction loss) {
    return new OutputLayer.Builder(loss).nIn(in).nOut(3).activation(Activation.IDENTITY).build();
  }

  /** One layer after the other, named by their numbers. */
  private static Model chain(Kind kind, NeuralNetConfiguration.Builder conf, Layer... layers) {
    if (kind == Kind.LAYERS) {
      NeuralNetConfiguration.ListBuilder list = conf.list();
      for (Layer layer : layers) {
        list.layer(layer);
      }
      return Networks.init(list.build());
    }
    var graph = conf.graphBuilder().addInputs("in");
    for (int i = 0; i < layers.length; i++) {
      graph.addLayer(String.valueOf(i), layers[i], i == 0 ? "in" : String.valueOf(i - 1));
    }
    return Networks.init(graph.setOutputs(String.valueOf(layers.length - 1)).build());
  }
}
