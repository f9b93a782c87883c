package io.github.dl4jclipping.internal.forensics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Recurrent;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Faults in known places, each found where it is. */
class OriginTest {

  private static final double INF = Double.POSITIVE_INFINITY;

  /** One fault; rows and columns are null where nothing is claimed of them. */
  record Fault(
      String name,
      Supplier<NonFiniteReport> training,
      OriginKind kind,
      String where,
      List<Long> rows,
      List<Long> columns) {
    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void isFoundWhereItIs(Fault fault) {
    NonFiniteReport report = fault.training().get();
    Origin origin = report.origin();

    assertThat(origin.kind()).as(report.describe()).isEqualTo(fault.kind());
    assertThat(origin.where()).as(report.describe()).isEqualTo(fault.where());
    assertThat(origin.found().count().total()).isPositive();
    if (fault.rows() != null) {
      assertThat(origin.found().rows()).isEqualTo(fault.rows());
      assertThat(origin.found().columns()).isEqualTo(fault.columns());
    }
    assertThat(report.describe()).contains(report.verdict());
    assertThat(report.verdict()).isNotBlank().contains(fault.where());
    if (origin.kind() == OriginKind.ACTIVATIONS) {
      assertThat(origin.largestInput()).isFinite().isPositive();
    }
  }

  static Stream<Fault> faults() {
    List<Fault> faults = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      features(faults, kind);
      labelsAndMasks(faults, kind);
      parameters(faults, kind);
      activations(faults, kind);
      losses(faults, kind);
      backward(faults, kind);
    }
    images(faults);
    severalInputs(faults);
    return faults.stream();
  }

  private static void features(List<Fault> faults, Kind kind) {
    double[] values = {Double.NaN, INF, -INF};
    int[][] at = {{2, 3}, {0, 0}, {6, 1}};
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      int row = at[i][0];
      int column = at[i][1];
      faults.add(
          batchFault(
              kind + " dense features " + value,
              () -> dense(kind),
              () -> Networks.batch(7, 1),
              batch -> batch.getFeatures().putScalar(row, column, value),
              OriginKind.FEATURES,
              "features",
              row,
              column));
    }
    for (int segment = 0; segment < 3; segment++) {
      int broken = segment;
      faults.add(
          batchFault(
              kind + " features in segment " + segment,
              () -> recurrent(kind),
              () -> Recurrent.nanIn(broken, 4, 3, 1),
              batch -> {},
              OriginKind.FEATURES,
              "features",
              0,
              1));
    }
    faults.add(
        batchFault(
            kind + " features inside a wrapper",
            () ->
                kind == Kind.LAYERS
                    ? Networks.init(Recurrent.wrappedLayers(FaultyNetworks.conf()))
                    : Networks.init(Recurrent.wrappedGraph(FaultyNetworks.conf())),
            () -> Recurrent.batch(4, 2, 1),
            batch -> batch.getFeatures().putScalar(3, 2, 5, Double.NaN),
            OriginKind.FEATURES,
            "features",
            3,
            2));
  }

  private static void labelsAndMasks(List<Fault> faults, Kind kind) {
    faults.add(
        batchFault(
            kind + " dense labels",
            () -> dense(kind),
            () -> Networks.batch(7, 1),
            batch -> batch.getLabels().putScalar(4, 2, Double.NaN),
            OriginKind.LABELS,
            "labels",
            4,
            2));
    faults.add(
        batchFault(
            kind + " recurrent labels",
            () -> recurrent(kind),
            () -> Recurrent.batch(4, 2, 1),
            batch -> batch.getLabels().putScalar(3, 1, 6, INF),
            OriginKind.LABELS,
            "labels",
            3,
            1));
    faults.add(
        batchFault(
            kind + " features mask",
            () -> recurrent(kind),
            () -> masked(Recurrent.batch(4, 1, 1)),
            batch -> batch.getFeaturesMaskArray().putScalar(2, 1, Double.NaN),
            OriginKind.MASKS,
            "features mask",
            2,
            1));
    faults.add(
        batchFault(
            kind + " labels mask",
            () -> recurrent(kind),
            () -> masked(Recurrent.batch(4, 1, 1)),
            batch -> batch.getLabelsMaskArray().putScalar(1, 3, Double.NaN),
            OriginKind.MASKS,
            "labels mask",
            1,
            3));
  }

  private static DataSet masked(DataSet batch) {
    INDArray ones = Nd4j.ones(DataType.FLOAT, 4, Recurrent.SEGMENT);
    return new DataSet(batch.getFeatures(), batch.getLabels(), ones, ones.dup());
  }

  private static void parameters(List<Fault> faults, Kind kind) {
    List<String> broken =
        kind == Kind.LAYERS
            ? List.of("0_W", "1_beta", "2_b")
            : List.of("a_b", "b_W", "norm_gamma", "out_W");
    for (String parameter : broken) {
      faults.add(
          fault(
              kind + " parameter " + parameter,
              () -> {
                Model model = dense(kind);
                model.paramTable().get(parameter).putScalar(0, Double.NaN);
                return Incidents.of(model, Networks.batch(7, 1));
              },
              OriginKind.PARAMETERS,
              parameter));
    }
    String recurrent = kind == Kind.LAYERS ? "0_RW" : "lstm_RW";
    faults.add(
        fault(
            kind + " parameter " + recurrent,
            () -> {
              Model model = recurrent(kind);
              model.paramTable().get(recurrent).putScalar(3, INF);
              return Incidents.of(model, Recurrent.batch(4, 2, 1));
            },
            OriginKind.PARAMETERS,
            recurrent));
  }

  private static void activations(List<Fault> faults, Kind kind) {
    for (int layer = 0; layer < 3; layer++) {
      for (DataType type : List.of(DataType.FLOAT, DataType.FLOAT16)) {
        String broken = String.valueOf(layer);
        double huge = type == DataType.FLOAT16 ? 6e4 : 3e38;
        faults.add(
            fault(
                kind + " overflow in layer " + layer + " in " + type,
                () -> {
                  Model model = FaultyNetworks.steady(FaultyNetworks.linear(kind, type));
                  FaultyNetworks.set(model, broken + "_W", huge);
                  return Incidents.of(model, FaultyNetworks.tens(type));
                },
                OriginKind.ACTIVATIONS,
                broken));
      }
    }
    faults.add(
        fault(
            kind + " overflow over time",
            () -> {
              Model model = linearRecurrent(kind);
              FaultyNetworks.set(model, "0_W", 1);
              FaultyNetworks.set(model, "0_RW", 1e25);
              return Incidents.of(model, Recurrent.batch(4, 2, 1));
            },
            OriginKind.ACTIVATIONS,
            "0"));
  }

  private static void losses(List<Fault> faults, Kind kind) {
    faults.add(
        fault(
            kind + " percentage error of a label 0",
            () -> {
              DataSet batch = FaultyNetworks.tens(DataType.FLOAT);
              batch.getLabels().putScalar(3, 1, 0);
              return Incidents.of(linear(kind, LossFunction.MEAN_ABSOLUTE_PERCENTAGE_ERROR), batch);
            },
            OriginKind.LOSS,
            "2"));
    faults.add(
        fault(
            kind + " log of a negative output",
            () ->
                Incidents.of(
                    FaultyNetworks.set(
                        linear(kind, LossFunction.MEAN_SQUARED_LOGARITHMIC_ERROR), "2_b", -20),
                    FaultyNetworks.tens(DataType.FLOAT)),
            OriginKind.LOSS,
            "2"));
    faults.add(
        fault(
            kind + " log of an output 0",
            () ->
                Incidents.of(
                    FaultyNetworks.set(linear(kind, LossFunction.POISSON), "2_W", 0),
                    FaultyNetworks.tens(DataType.FLOAT)),
            OriginKind.LOSS,
            "2"));
  }

  private static void backward(List<Fault> faults, Kind kind) {
    faults.add(
        fault(
            kind + " derivative of layer 0",
            () ->
                Incidents.of(
                    FaultyNetworks.linear(
                        kind,
                        DataType.FLOAT,
                        new BrokenDerivative(),
                        new ActivationIdentity(),
                        new LossMSE()),
                    FaultyNetworks.tens(DataType.FLOAT)),
            OriginKind.BACKWARD,
            "0"));
    faults.add(
        fault(
            kind + " derivative of layer 1",
            () ->
                Incidents.of(
                    FaultyNetworks.linear(
                        kind,
                        DataType.FLOAT,
                        new ActivationIdentity(),
                        new BrokenDerivative(),
                        new LossMSE()),
                    FaultyNetworks.tens(DataType.FLOAT)),
            OriginKind.BACKWARD,
            "1"));
    faults.add(
        fault(
            kind + " gradient of the loss",
            () ->
                Incidents.of(
                    FaultyNetworks.linear(
                        kind,
                        DataType.FLOAT,
                        new ActivationIdentity(),
                        new ActivationIdentity(),
                        new BrokenLossGradient()),
                    FaultyNetworks.tens(DataType.FLOAT)),
            OriginKind.BACKWARD,
            "2"));
  }

  private static void images(List<Fault> faults) {
    for (double value : new double[] {Double.NaN, INF}) {
      faults.add(
          batchFault(
              "convolutional features " + value,
              FaultyNetworks::convolutional,
              FaultyNetworks::images,
              batch -> batch.getFeatures().putScalar(new int[] {3, 1, 2, 5}, value),
              OriginKind.FEATURES,
              "features",
              3,
              1));
    }
    faults.add(
        fault(
            "convolutional parameter",
            () ->
                Incidents.of(
                    FaultyNetworks.set(FaultyNetworks.convolutional(), "0_b", Double.NaN),
                    FaultyNetworks.images()),
            OriginKind.PARAMETERS,
            "0_b"));
  }

  private static void severalInputs(List<Fault> faults) {
    for (int i = 0; i < 2; i++) {
      int index = i;
      faults.add(
          fault(
              "features of input " + i,
              () -> {
                MultiDataSet batch = FaultyNetworks.forkedBatch();
                batch.getFeatures(index).putScalar(4, 1, Double.NaN);
                return Incidents.of(FaultyNetworks.forked(LossFunction.MSE), batch);
              },
              OriginKind.FEATURES,
              "features[" + i + "]"));
      faults.add(
          fault(
              "labels of output " + i,
              () -> {
                MultiDataSet batch = FaultyNetworks.forkedBatch();
                batch.getLabels(index).putScalar(4, 1, Double.NaN);
                return Incidents.of(FaultyNetworks.forked(LossFunction.MSE), batch);
              },
              OriginKind.LABELS,
              "labels[" + i + "]"));
    }
    faults.add(
        fault(
            "loss of the second output",
            () -> {
              MultiDataSet batch = FaultyNetworks.forkedBatch();
              batch.getLabels(1).putScalar(4, 1, 0);
              return Incidents.of(
                  FaultyNetworks.forked(LossFunction.MEAN_ABSOLUTE_PERCENTAGE_ERROR), batch);
            },
            OriginKind.LOSS,
            "q"));
    faults.add(
        fault(
            "overflow in one branch",
            () -> {
              Model model = FaultyNetworks.forked(LossFunction.MSE);
              FaultyNetworks.set(model, "q_W", 3e38);
              return Incidents.of(model, FaultyNetworks.forkedBatch());
            },
            OriginKind.ACTIVATIONS,
            "q"));
  }

  private static Model dense(Kind kind) {
    return kind == Kind.LAYERS
        ? Networks.dense(Networks.conf(new Adam(1e-3)))
        : Networks.graph(Networks.conf(new Adam(1e-3)));
  }

  private static Model recurrent(Kind kind) {
    return kind == Kind.LAYERS
        ? Networks.init(Recurrent.layers(FaultyNetworks.conf()))
        : Networks.init(Recurrent.graph(FaultyNetworks.conf()));
  }

  private static Model linearRecurrent(Kind kind) {
    SimpleRnn rnn = new SimpleRnn.Builder().nIn(3).nOut(4).activation(Activation.IDENTITY).build();
    RnnOutputLayer out =
        new RnnOutputLayer.Builder(LossFunction.MSE)
            .nIn(4)
            .nOut(2)
            .activation(Activation.IDENTITY)
            .build();
    return kind == Kind.LAYERS
        ? Networks.init(
            FaultyNetworks.conf()
                .list()
                .layer(rnn)
                .layer(out)
                .setInputType(InputType.recurrent(3))
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(Recurrent.SEGMENT)
                .build())
        : Networks.init(
            FaultyNetworks.conf()
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(3))
                .addLayer("0", rnn, "in")
                .addLayer("1", out, "0")
                .setOutputs("1")
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(Recurrent.SEGMENT)
                .build());
  }

  private static Model linear(Kind kind, LossFunction loss) {
    return FaultyNetworks.steady(
        FaultyNetworks.linear(
            kind,
            DataType.FLOAT,
            new ActivationIdentity(),
            new ActivationIdentity(),
            loss.getILossFunction()));
  }

  private static Fault fault(
      String name, Supplier<NonFiniteReport> training, OriginKind kind, String where) {
    return new Fault(name, training, kind, where, null, null);
  }

  private static Fault batchFault(
      String name,
      Supplier<Model> model,
      Supplier<DataSet> batch,
      Consumer<DataSet> breaking,
      OriginKind kind,
      String where,
      long row,
      long column) {
    return new Fault(
        name,
        () -> {
          DataSet broken = batch.get();
          breaking.accept(broken);
          return Incidents.of(model.get(), broken);
        },
        kind,
        where,
        List.of(row),
        List.of(column));
  }
}
