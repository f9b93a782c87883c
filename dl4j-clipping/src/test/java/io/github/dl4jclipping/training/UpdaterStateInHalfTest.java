package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.internal.memory.ClippingState;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** The state of an updater with master weights, as DL4J and its users see and change it. */
class UpdaterStateInHalfTest {

  /** Moments so small that HALF holds nothing of most of them. */
  private static final GradientClipping CLIPPING =
      GradientClipping.builder()
          .maxNorm(1e-3)
          .lossScaling(LossScaling.dynamic().withInitialScale(64).withMasterWeights(true))
          .build();

  /** How a user drops the state of an updater. */
  @SuppressWarnings("ImmutableEnumChecker") // what it holds never changes
  enum Drop {
    NO_UPDATER(Kind::setUpdaterNull),
    CLEAR(
        network -> {
          if (network instanceof MultiLayerNetwork layers) {
            layers.clear(); // as ParallelWrapper does; that of a graph leaves the updater
          } else {
            Kind.setUpdaterNull(network);
          }
        }),
    VIEW(network -> updater(network).getStateViewArray().assign(0)),
    FIELD(network -> updater(network).getUpdaterStateViewArray().assign(0)),
    BLOCKS(
        network -> updater(network).getUpdaterBlocks().forEach(b -> b.getUpdaterView().assign(0))),
    SETTER(
        network ->
            updater(network)
                .setStateViewArray(Nd4j.zerosLike(updater(network).getStateViewArrayCopy()))),
    SETTER_IN_FLOAT(
        network ->
            updater(network)
                .setStateViewArray(
                    Nd4j.create(
                        DataType.FLOAT, updater(network).getStateViewArrayCopy().length()))),
    AFTER_A_RATE(
        network -> {
          Kind.setFirstLearningRate(network, 0.002);
          Kind.setUpdaterNull(network);
        }),
    VIEW_AFTER_A_RATE(
        network -> {
          Kind.setFirstLearningRate(network, 0.002);
          updater(network).getStateViewArray().assign(0);
        });

    private final Consumer<Model> drop;

    Drop(Consumer<Model> drop) {
      this.drop = drop;
    }
  }

  static Stream<Arguments> drops() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(Drop.values()).map(drop -> Arguments.of(kind, drop)));
  }

  /** The small moments stayed while the large ones went. */
  @ParameterizedTest
  @MethodSource("drops")
  void droppedStateIsGone(Kind kind, Drop drop) {
    Model network = trained(kind);
    assertThat(network).satisfies(UpdaterStateInHalfTest::hasMomentsThatHalfLoses);
    drop.drop.accept(network);
    CLIPPING.attachTo(network);
    assertThat(updater(network).getStateViewArray().castTo(DataType.FLOAT).toFloatVector())
        .containsOnly(0);
    assertThat(ClippingState.of(network).precision().masterWeights().state().toFloatVector())
        .containsOnly(0);
  }

  private static void hasMomentsThatHalfLoses(Model network) {
    float[] state = ClippingState.of(network).precision().masterWeights().state().toFloatVector();
    long lost = 0;
    for (float moment : state) {
      lost += moment != 0 && Math.abs(moment) < 0x1p-25 ? 1 : 0;
    }
    assertThat(lost).isGreaterThan(state.length / 4);
  }

  /** One element that is set to 0 is one that is dropped, in whatever layout. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void oneElementIsDropped(Kind kind) {
    Model network = trained(kind);
    Kind.setFirstLearningRate(network, 0.002);
    INDArray state = updater(network).getStateViewArray();
    assertThat(state.castTo(DataType.FLOAT).toFloatVector()).doesNotContain(0);
    long last = state.length() - 1;
    state.putScalar(last, 0);
    CLIPPING.attachTo(network);
    float[] master = ClippingState.of(network).precision().masterWeights().state().toFloatVector();
    assertThat(master[(int) last]).isZero();
    assertThat(Arrays.copyOf(master, (int) last)).doesNotContain(0);
  }

  /** Copies that DL4J makes for a rate, and that a user puts back, lose no digit. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void copiesPutBackLoseNothing(Kind kind) {
    Model network = trained(kind);
    INDArray before = ClippingState.of(network).precision().masterWeights().state().dup();
    updater(network).setStateViewArray(updater(network).getStateViewArrayCopy());
    updater(network).setStateViewArray(updater(network).getUpdaterStateViewArray());
    Kind.setFirstLearningRate(network, 0.002);
    Kind.setLearningRate(network, 0.01);
    CLIPPING.attachTo(network);
    assertThat(Snapshot.bits(ClippingState.of(network).precision().masterWeights().state()))
        .isEqualTo(Snapshot.bits(before));
  }

  /** A graph gave out the FLOAT numbers themselves. */
  @Test
  void bothKindsGiveTheirStateInHalf() {
    MultiLayerNetwork layers = (MultiLayerNetwork) trained(Kind.LAYERS);
    ComputationGraph graph = (ComputationGraph) trained(Kind.GRAPH);
    assertThat(layers.updaterState().dataType()).isEqualTo(DataType.FLOAT16);
    assertThat(graph.updaterState().dataType()).isEqualTo(DataType.FLOAT16);
    assertThat(Snapshot.bits(graph.updaterState()))
        .isEqualTo(Snapshot.bits(graph.getUpdater().getStateViewArray()));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void stateOfAnotherLengthIsRefused(Kind kind) {
    Model network = trained(kind);
    Snapshot before = Snapshot.of(network);
    INDArray longer = Nd4j.create(DataType.FLOAT16, before.updaterState().capacity() + 1);
    assertThatThrownBy(() -> updater(network).setStateViewArray(longer))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("86 numbers", "the given state has 87", "Nothing has changed");
    assertThatThrownBy(() -> updater(network).setStateViewArray(null))
        .isInstanceOf(IllegalStateException.class);
    assertThat(Snapshot.of(network)).isEqualTo(before);
  }

  /** As DL4J's workers do, which are closed and asked again. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void closedStateIsGivenOutAnew(Kind kind) {
    Model network = trained(kind);
    Snapshot before = Snapshot.of(network);
    updater(network).getStateViewArray().close();
    assertThat(Snapshot.of(network)).isEqualTo(before);
    fit(network, 5);
  }

  private static Model trained(Kind kind) {
    Model network = kind.half(new Adam(0.01));
    network.addListeners(new GradientClippingListener(CLIPPING));
    for (int seed = 0; seed < 4; seed++) {
      fit(network, seed);
    }
    return network;
  }

  private static void fit(Model network, int seed) {
    Kind.fit(network, Networks.batch(DataType.FLOAT16, 8, seed));
  }

  private static BaseMultiLayerUpdater<?> updater(Model network) {
    return (BaseMultiLayerUpdater<?>) Kind.updater(network);
  }
}
