package io.github.dl4jclipping.internal.forensics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Recurrent;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.forensics.Origin;
import io.github.dl4jclipping.forensics.OriginKind;
import io.github.dl4jclipping.internal.network.Dl4jModels;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Looking for the origin changes nothing and never throws. */
class ForensicsHarmlessTest {

  private static final int STEPS = 6;

  static Stream<Arguments> trainings() {
    return Stream.of(
        training("loss with random layers", () -> noisy(), step -> percentages(step)),
        training(
            "features in layers",
            () -> Networks.dense(Networks.conf(new Adam(1e-2))),
            step -> step % 2 == 0 ? Networks.nanBatch(7, step) : Networks.batch(7, step)),
        training(
            "features in a graph",
            () -> Networks.graph(Networks.conf(new Adam(1e-2))),
            step -> step % 2 == 0 ? Networks.nanBatch(7, step) : Networks.batch(7, step)),
        training(
            "derivative in a graph",
            () ->
                FaultyNetworks.linear(
                    Kind.GRAPH,
                    DataType.FLOAT,
                    new BrokenDerivative(),
                    Activation.RRELU.getActivationFunction(),
                    LossFunction.MSE.getILossFunction()),
            step -> FaultyNetworks.tens(DataType.FLOAT)),
        training(
            "segments",
            () -> Networks.init(Recurrent.layers(Networks.conf(new Adam(1e-2)))),
            step -> Recurrent.nanIn(1, 4, 3, step)));
  }

  private static Arguments training(
      String name, Supplier<Model> model, IntFunction<DataSet> batches) {
    return Arguments.of(name, model, batches);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("trainings")
  void runIsBitIdenticalWithAndWithout(
      String name, Supplier<Model> model, IntFunction<DataSet> batches) {
    CollectingObserver with = new CollectingObserver();
    CollectingObserver without = new CollectingObserver();

    List<Object> sought = train(model, batches, true, with);
    List<Object> notSought = train(model, batches, false, without);

    assertThat(sought).isEqualTo(notSought);
    assertThat(with.nonFinite).hasSameSizeAs(without.nonFinite).isNotEmpty();
    assertThat(with.nonFinite)
        .extracting(report -> report.origin().kind())
        .doesNotContain(OriginKind.UNKNOWN);
    assertThat(without.nonFinite)
        .extracting(report -> report.origin().kind())
        .containsOnly(OriginKind.UNKNOWN);
    assertThat(Nd4j.getWorkspaceManager().anyWorkspaceActiveForCurrentThread()).isFalse();
  }

  /** Returns the bits of parameters and updater state after training, and of what is drawn next. */
  private static List<Object> train(
      Supplier<Model> model,
      IntFunction<DataSet> batches,
      boolean forensics,
      CollectingObserver seen) {
    Nd4j.getRandom().setSeed(7);
    Model network = model.get();
    network.addListeners(
        new GradientClippingListener(
                GradientClipping.builder()
                    .maxNorm(1)
                    .nonFinite(NonFinitePolicy.SKIP)
                    .maxConsecutiveSkips(100)
                    .forensics(forensics)
                    .build())
            .observe(seen));
    for (int step = 0; step < STEPS; step++) {
      Kind.fit(network, batches.apply(step));
    }
    return List.of(Snapshot.of(network), Snapshot.bits(Nd4j.rand(DataType.FLOAT, 1, 5)));
  }

  /** Dropout, BatchNormalization and an activation that draws random numbers. */
  private static Model noisy() {
    return Networks.init(
        Networks.conf(new Adam(1e-2))
            .list()
            .layer(
                new DenseLayer.Builder().nOut(6).activation(Activation.RRELU).dropOut(0.7).build())
            .layer(new BatchNormalization())
            .layer(
                new OutputLayer.Builder(LossFunction.MEAN_ABSOLUTE_PERCENTAGE_ERROR)
                    .nOut(3)
                    .activation(Activation.IDENTITY)
                    .build())
            .setInputType(InputType.feedForward(4))
            .build());
  }

  /** Every second batch has a label 0, which has no percentage error: NaN whatever is drawn. */
  private static DataSet percentages(int step) {
    DataSet batch = Networks.batch(7, step);
    batch.getLabels().assign(1);
    if (step % 2 == 0) {
      batch.getLabels().putScalar(3, 1, Double.NaN);
    }
    return batch;
  }

  @Test
  void dropoutIsSaidToBeLeftOut() {
    Model network = noisy();
    DataSet batch = percentages(1);
    batch.getLabels().putScalar(3, 1, 0);

    Origin origin = Incidents.of(network, batch).origin();

    assertThat(origin.kind()).isEqualTo(OriginKind.LOSS);
    assertThat(origin.found().rows()).containsExactly(3L);
    assertThat(origin.notes()).anyMatch(note -> note.contains("without dropout"));
  }

  @Test
  void networkThatCannotBeCopiedIsToldOf() {
    Model network =
        FaultyNetworks.linear(
            Kind.LAYERS,
            DataType.FLOAT,
            new Unserializable(),
            new BrokenDerivative(),
            LossFunction.MSE.getILossFunction());

    Origin origin = Incidents.of(network, FaultyNetworks.tens(DataType.FLOAT)).origin();

    assertThat(origin.kind()).isEqualTo(OriginKind.UNKNOWN);
    assertThat(origin.notes()).anyMatch(note -> note.contains("cannot be copied"));
  }

  /** An activation that drags something along. */
  private static final class Unserializable extends BaseActivationFunction {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // on purpose
    private final Object ballast = new Object();

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
      return ballast == null ? in.dup() : in;
    }

    @Override
    public org.nd4j.common.primitives.Pair<INDArray, INDArray> backprop(
        INDArray in, INDArray epsilon) {
      return new org.nd4j.common.primitives.Pair<>(epsilon, null);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedBatchIsToldOf(Kind kind) {
    Model network = FaultyNetworks.linear(kind, DataType.FLOAT);
    DataSet batch = FaultyNetworks.tens(DataType.FLOAT);
    Kind.fit(network, batch);
    batch.getFeatures().close();

    Origin origin =
        OriginFinder.find(network, Dl4jModels.of(network).parts(), List.of(), false, null);

    assertThat(origin.kind()).isEqualTo(OriginKind.UNKNOWN);
    assertThat(origin.notes()).anyMatch(note -> note.contains("features"));
  }

  @ParameterizedTest
  @EnumSource
  void untrainedNetworkIsNoError(Kind kind) {
    Model network = FaultyNetworks.linear(kind, DataType.FLOAT);

    assertThat(
            OriginFinder.find(network, Dl4jModels.of(network).parts(), List.of(), false, null)
                .kind())
        .isEqualTo(OriginKind.UNKNOWN);
  }

  @Test
  void brokenStateFromTheSegmentBeforeIsToldOf() {
    MultiLayerNetwork network = Networks.init(Recurrent.layers(FaultyNetworks.conf()));
    network.fit(Recurrent.batch(4, 2, 1));
    INDArray state = Nd4j.zeros(DataType.FLOAT, 4, 5);
    state.putScalar(1, 2, Double.NaN);
    ((RecurrentLayer) network.getLayer(0)).rnnSetPreviousState(Map.of("prevAct", state));

    Origin origin =
        OriginFinder.find(network, Dl4jModels.of(network).parts(), List.of(), false, null);

    assertThat(origin.kind()).isEqualTo(OriginKind.ACTIVATIONS);
    assertThat(new NonFiniteReport(0, 0, 0, List.of(), origin, List.of()).verdict())
        .isEqualTo("the state that layer 0 carried over from the segment before has 1 NaN");
  }

  @Test
  void foreignGradientIsToldOf() {
    Model network = FaultyNetworks.linear(Kind.LAYERS, DataType.FLOAT);

    Origin origin =
        OriginFinder.find(network, Dl4jModels.of(network).parts(), List.of(), true, null);

    assertThat(origin.kind()).isEqualTo(OriginKind.UNKNOWN);
    assertThat(origin.notes()).anyMatch(note -> note.contains("not the network's own"));
  }

  @Test
  void pretrainingLooksAtTheInput() {
    MultiLayerNetwork network =
        Networks.init(
            FaultyNetworks.conf()
                .list()
                .layer(new AutoEncoder.Builder().nIn(4).nOut(3).build())
                .layer(new OutputLayer.Builder(LossFunction.MSE).nIn(3).nOut(3).build())
                .build());
    CollectingObserver seen = new CollectingObserver();
    network.setListeners(
        new GradientClippingListener(
                GradientClipping.builder().nonFinite(NonFinitePolicy.SKIP).build())
            .observe(seen));

    network.pretrainLayer(0, Networks.nanBatch(7, 1).getFeatures());

    assertThat(seen.nonFinite).hasSize(1);
    assertThat(seen.nonFinite.get(0).origin().kind()).isIn(OriginKind.FEATURES, OriginKind.UNKNOWN);
  }
}
