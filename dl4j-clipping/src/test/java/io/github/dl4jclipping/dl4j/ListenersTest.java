package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.ui.model.stats.StatsListener;
import org.deeplearning4j.ui.model.stats.api.StatsReport;
import org.deeplearning4j.ui.model.stats.api.StatsType;
import org.deeplearning4j.ui.model.storage.InMemoryStatsStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What DL4J does with listeners, as docs/dl4j-notes.md states it. */
class ListenersTest {

  @Test
  void theCloneOfAGraphHasTheListItselfWhichSetListenersFillsAnew() {
    ComputationGraph graph = (ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1));
    graph.addListeners(new Calls());
    ComputationGraph clone = graph.clone();
    assertThat(clone.getListeners()).isSameAs(graph.getListeners()).hasSize(1);

    clone.setListeners(List.of());

    assertThat(graph.getListeners()).isEmpty();
  }

  /** Nobody hears onGradientCalculation and iterationDone. */
  @Test
  void theSolverOfAGraphsCloneCallsNobody() {
    ComputationGraph graph = (ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1));
    Calls calls = new Calls();
    graph.addListeners(calls);
    Kind.fit(graph, 1);
    ComputationGraph clone = graph.clone();
    calls.names.clear();

    Kind.fit(clone, 2);

    assertThat(calls.names).containsExactly("onForwardPass", "onBackwardPass");
  }

  @ParameterizedTest
  @EnumSource
  void onlyFitOfAnIteratorAnnouncesEpochsBeforeItCountsThem(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    List<Integer> epochs = new ArrayList<>();
    Calls calls =
        new Calls(
            (name, model) -> {
              if (name.equals("onEpochEnd")) {
                epochs.add(epochOf(model));
              }
            });
    network.addListeners(calls);

    Kind.fit(network, 1);
    assertThat(calls.names).doesNotContain("onEpochStart", "onEpochEnd");

    ((NeuralNetwork) network).fit(new ListDataSetIterator<>(List.of(Networks.batch(7, 2)), 1));
    assertThat(epochs).containsExactly(0);
    assertThat(epochOf(network)).isEqualTo(1);
  }

  private static int epochOf(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getEpochCount()
        : ((ComputationGraph) network).getConfiguration().getEpochCount();
  }

  @Test
  void statsListenerShowsTheSumThatNothingClipped() {
    Model network = Kind.LAYERS.plain(new Sgd(0.1));
    InMemoryStatsStorage storage = new InMemoryStatsStorage();
    StatsListener stats = new StatsListener(storage, 1);
    List<Double> sums = new ArrayList<>();
    OwnUpdater.putInto(
        network,
        (gradient, iteration, batch) -> {
          sums.add(Transforms.abs(gradient.getGradientFor("0_W"), true).meanNumber().doubleValue());
          gradient.gradient().assign(0);
          return false;
        });
    network.addListeners(stats);

    Kind.fit(network, 1);

    StatsReport report =
        (StatsReport)
            storage.getLatestUpdate(
                stats.getSessionID(), StatsListener.TYPE_ID, stats.getWorkerID());
    assertThat(report.getMeanMagnitudes(StatsType.Gradients).get("0_W"))
        .isCloseTo(sums.get(0), within(1e-6));
  }
}
