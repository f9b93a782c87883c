package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.LayerUpdater;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** Updaters and their state in DL4J, as docs/dl4j-notes.md states them. */
class UpdaterStateTest {

  private static final int PARAMETERS = 43;
  private static final int FIRST_LAYER = 25;

  @ParameterizedTest
  @EnumSource
  void anUpdaterWorksOnTheStateArrayItIsGiven(Kind kind) {
    INDArray state = Nd4j.ones(2 * PARAMETERS);
    Model network = kind.plain(new Adam(0.1));
    BaseMultiLayerUpdater<?> updater =
        network instanceof MultiLayerNetwork layers
            ? new MultiLayerUpdater(layers, state)
            : new ComputationGraphUpdater((ComputationGraph) network, state);

    assertThat(updater.getStateViewArray()).isSameAs(state);

    INDArray other = Nd4j.zeros(2 * PARAMETERS);
    updater.setStateViewArray(other);

    assertThat(updater.getStateViewArray()).isSameAs(state).isEqualTo(other);
  }

  @ParameterizedTest
  @EnumSource
  void noneIsMadeBeforeTheFirstStep(Kind kind) {
    Model network = kind.plain(new Adam(0.1));

    assertThat(existing(network)).isNull();
    Kind.fit(network, 1);
    assertThat(existing(network)).isNotNull();
  }

  private static Object existing(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getUpdater(false)
        : ((ComputationGraph) network).getUpdater(false);
  }

  @ParameterizedTest
  @EnumSource
  void setLearningRatePutsAnUpdaterOfDl4jsInAndKeepsTheState(Kind kind) {
    Model network = kind.plain(new Adam(0.1));
    OwnUpdater.putInto(network, (gradient, iteration, batch) -> true);
    Kind.fit(network, 1);
    Snapshot before = Snapshot.of(network);

    Kind.setLearningRate(network, 0.2);

    assertThat(Kind.updater(network).getClass())
        .isEqualTo(kind == Kind.LAYERS ? MultiLayerUpdater.class : ComputationGraphUpdater.class);
    assertThat(Snapshot.of(network)).isEqualTo(before);
  }

  @Test
  void setLearningRateTakesNoOtherKindOfUpdater() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
    network.initGradientsView();
    network.setUpdater(new LayerUpdater(network.getLayer(0)));

    assertThatThrownBy(() -> network.setLearningRate(0.2)).isInstanceOf(ClassCastException.class);
  }

  @Test
  void aGraphTakesNoOtherKindOfUpdater() {
    assertThat(ComputationGraph.class.getMethods())
        .filteredOn(method -> method.getName().equals("setUpdater"))
        .singleElement()
        .satisfies(
            method ->
                assertThat(method.getParameterTypes())
                    .containsExactly(ComputationGraphUpdater.class));
  }

  @ParameterizedTest
  @EnumSource
  void setUpdaterNullDropsTheState(Kind kind) {
    Model network = kind.plain(new Adam(0.1));
    Kind.fit(network, 1);

    Kind.setUpdaterNull(network);

    assertThat(stateOf(network).amaxNumber().doubleValue()).isZero();
  }

  @Test
  void clearDropsTheStateOfLayersAndNotOfAGraph() {
    for (Kind kind : Kind.values()) {
      Model network = kind.plain(new Adam(0.1));
      Kind.fit(network, 1);

      network.clear();

      assertThat(existing(network) == null).isEqualTo(kind == Kind.LAYERS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBlockHoldsOneKindOfStateAfterTheOther(Kind kind) {
    Model network = kind.plain(new Adam(0.1));
    List<INDArray> mean = new ArrayList<>();
    network.addListeners(
        new Calls(
            (name, model) -> {
              if (name.equals("onGradientCalculation")) {
                mean.add(model.gradient().gradient().div(7));
              }
            }));

    Kind.fit(network, 1);

    assertThat(blocks(network)).isEqualTo(1);
    double[] moments = moments(mean.get(0), 0, PARAMETERS);
    assertThat(stateOf(network).toDoubleVector()).containsExactly(moments, within(1e-7));

    Kind.setFirstLearningRate(network, 0.2);

    assertThat(blocks(network)).isEqualTo(2);
    double[] first = moments(mean.get(0), 0, FIRST_LAYER);
    double[] rest = moments(mean.get(0), FIRST_LAYER, PARAMETERS);
    double[] both = Arrays.copyOf(first, 2 * PARAMETERS);
    System.arraycopy(rest, 0, both, first.length, rest.length);
    assertThat(stateOf(network).toDoubleVector()).containsExactly(both, within(1e-7));
  }

  /** Adam's first moments of a stretch after one step, and then its second ones. */
  private static double[] moments(INDArray gradient, int from, int to) {
    INDArray part = gradient.get(NDArrayIndex.interval(from, to));
    return Nd4j.concat(0, part.mul(0.1), part.mul(part).mul(0.001)).toDoubleVector();
  }

  private static INDArray stateOf(Model network) {
    return ((BaseMultiLayerUpdater<?>) Kind.updater(network)).getStateViewArray();
  }

  private static int blocks(Model network) {
    return ((BaseMultiLayerUpdater<?>) Kind.updater(network)).getUpdaterBlocks().size();
  }
}
