package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.listeners.ComposableIterationListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** Whatever other listeners do to the updater, and in whatever order: clipped, or an exception. */
class ListenerOrderTest {

  private static final double RATE = 0.1;
  private static final double BOUND = 0.01;

  private final CollectingObserver seen = new CollectingObserver();

  /** When a listener meddles. */
  enum Moment {
    FORWARD,
    BACKWARD,
    GRADIENT,
    DONE
  }

  /** What it does. */
  enum Meddling {
    SET_RATE,
    SET_RATE_OF_A_LAYER,
    DROP_UPDATER,
    NEW_UPDATER,
    ATTACH,
    DETACH,
    NOTHING
  }

  private static void meddle(Meddling meddling, Model network) {
    switch (meddling) {
      case SET_RATE -> Kind.setLearningRate(network, RATE);
      case SET_RATE_OF_A_LAYER -> Kind.setFirstLearningRate(network, RATE);
      case DROP_UPDATER -> Kind.setUpdaterNull(network);
      case NEW_UPDATER -> putUpdater(network);
      case ATTACH -> clipping(false).attachTo(network);
      case DETACH -> GradientClipping.detachFrom(network);
      case NOTHING -> {}
    }
  }

  private static void putUpdater(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      network.setUpdater(new MultiLayerUpdater(network));
    } else {
      ComputationGraph graph = (ComputationGraph) model;
      graph.setUpdater(new ComputationGraphUpdater(graph));
    }
  }

  private static final class Meddler extends BaseTrainingListener {
    private final Moment moment;
    private final Meddling meddling;

    Meddler(Moment moment, Meddling meddling) {
      this.moment = moment;
      this.meddling = meddling;
    }

    private void meddle(Moment now, Model model) {
      if (now == moment) {
        ListenerOrderTest.meddle(meddling, model);
      }
    }

    @Override
    public void onForwardPass(Model model, List<INDArray> activations) {
      meddle(Moment.FORWARD, model);
    }

    @Override
    public void onForwardPass(Model model, Map<String, INDArray> activations) {
      meddle(Moment.FORWARD, model);
    }

    @Override
    public void onBackwardPass(Model model) {
      meddle(Moment.BACKWARD, model);
    }

    @Override
    public void onGradientCalculation(Model model) {
      meddle(Moment.GRADIENT, model);
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      meddle(Moment.DONE, model);
    }
  }

  @Provide
  Arbitrary<List<Meddling>> whoStays() {
    return Arbitraries.of(EnumSet.complementOf(EnumSet.of(Meddling.DETACH))).list().ofSize(3);
  }

  @Property(tries = 300)
  void isClippedOrSaysThatItIsNot(
      @ForAll Kind kind,
      @ForAll boolean scaled,
      @ForAll @Size(min = 1, max = 3) List<Moment> moments,
      @ForAll("whoStays") List<Meddling> meddlings,
      @ForAll @IntRange(min = 0, max = 3) int place) {
    Model network = kind.plain(new Sgd(RATE));
    List<TrainingListener> listeners = new ArrayList<>();
    for (int i = 0; i < moments.size(); i++) {
      boolean skip = scaled && meddlings.get(i) == Meddling.ATTACH; // with other settings: refused
      listeners.add(new Meddler(moments.get(i), skip ? Meddling.NOTHING : meddlings.get(i)));
    }
    GradientClippingListener ours = new GradientClippingListener(clipping(scaled)).observe(seen);
    listeners.add(Math.min(place, listeners.size()), ours);
    network.setListeners(listeners);
    seen.steps.clear();
    for (int step = 1; step <= 3; step++) {
      INDArray before = network.params().dup();
      try {
        Kind.fit(network, step);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContainingAll("iteration", "was applied unclipped");
        assertThat(seen.steps).hasSizeLessThan(step);
        return;
      }
      assertThat(GradientClipping.lastReport(network).orElseThrow().iteration())
          .isEqualTo(step - 1);
      if (!meddlings.contains(Meddling.ATTACH)) { // which brings back the step, but no observers
        assertThat(seen.steps).hasSize(step);
      }
      assertThat(before.distance2(network.params())).isLessThan(1.001 * RATE * BOUND);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void saysWhatToDoAndCanTrainOn(Kind kind) {
    Model network = kind.plain(new Sgd(RATE));
    Meddler meddler = new Meddler(Moment.GRADIENT, Meddling.SET_RATE);
    GradientClippingListener ours = new GradientClippingListener(clipping(false)).observe(seen);
    network.setListeners(List.of(ours, meddler));
    assertThatIllegalStateException()
        .isThrownBy(() -> Kind.fit(network, 1))
        .withMessageContainingAll(
            "iteration 0, epoch 0", "Updater", "setLearningRate", "iterationDone", "checkpoint");
    network.setListeners(List.of(meddler, ours));
    INDArray before = network.params().dup();
    Kind.fit(network, 2);
    assertThat(before.distance2(network.params())).isCloseTo(RATE * BOUND, within(1e-6));
  }

  /** A detached network trains as it likes. */
  @Test
  void detachedMeanwhileNothingIsMissed() {
    Model network = Kind.LAYERS.plain(new Sgd(RATE));
    GradientClippingListener ours = new GradientClippingListener(clipping(false)).observe(seen);
    network.setListeners(List.of(ours));
    Kind.fit(network, 1);
    ours.onGradientCalculation(network);
    GradientClipping.detachFrom(network);
    assertThatCode(() -> ours.iterationDone(network, 1, 0)).doesNotThrowAnyException();
  }

  /** A listener that hands on iterations alone hides gradients from ours. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  @SuppressWarnings("deprecation") // what it was written for
  void saysThatItWasNeverToldOfAGradient(Kind kind) {
    Model network = kind.plain(new Sgd(RATE));
    GradientClippingListener ours = new GradientClippingListener(clipping(false)).observe(seen);
    network.setListeners(List.of(new ComposableIterationListener(ours)));
    assertThatIllegalStateException()
        .isThrownBy(() -> Kind.fit(network, 1))
        .withMessageContainingAll(
            "iteration 0, epoch 0", "unclipped", "ComposableIterationListener", "attachTo");
    network.setListeners(List.of(ours));
    INDArray before = network.params().dup();
    Kind.fit(network, 2);
    assertThat(before.distance2(network.params())).isCloseTo(RATE * BOUND, within(1e-6));
  }

  /** Once it was scaled a gradient is divided again, also where the step will not see it. */
  @ParameterizedTest
  @CsvSource({
    "LAYERS, FORWARD", "LAYERS, BACKWARD", "LAYERS, GRADIENT",
    "GRAPH, FORWARD", "GRAPH, BACKWARD", "GRAPH, GRADIENT"
  })
  void detachedInTheMiddleOfAStepNothingStaysScaled(Kind kind, Moment moment) {
    for (boolean first : new boolean[] {true, false}) {
      Model plain = kind.half(new Sgd(RATE));
      Model network = kind.half(new Sgd(RATE));
      Meddler meddler = new Meddler(moment, Meddling.DETACH);
      GradientClippingListener ours =
          new GradientClippingListener(
              GradientClipping.builder().lossScaling(LossScaling.constant(1024)).build());
      network.setListeners(first ? List.of(meddler, ours) : List.of(ours, meddler));
      DataSet batch = Networks.batch(DataType.FLOAT16, 8, 1);
      Kind.fit(plain, batch);
      try {
        Kind.fit(network, batch);
      } catch (ConcurrentModificationException e) {
        assertThat(kind).isEqualTo(Kind.LAYERS); // DL4J goes over the list that loses a listener
        continue;
      } catch (IllegalStateException e) {
        // DL4J goes on over the old list, whose listener begins a pass and never hears of its end.
        assertThat(moment).isEqualTo(Moment.FORWARD);
        assertThat(e).hasMessageContainingAll("multiplied by 128.0", "Nothing was applied");
        assertThat(network.params()).isEqualTo(kind.half(new Sgd(RATE)).params());
        continue;
      }
      assertThat(network.params().castTo(DataType.FLOAT))
          .satisfies(
              params ->
                  assertThat(params.distance2(plain.params().castTo(DataType.FLOAT)))
                      .isLessThan(2e-3));
    }
  }

  /** DL4J's clone of a graph shares the list of listeners with its original. */
  @Test
  void detachingACloneLeavesTheOriginalClipped() {
    ComputationGraph graph = (ComputationGraph) Kind.GRAPH.plain(new Sgd(RATE));
    graph.addListeners(new GradientClippingListener(clipping(false)).observe(seen));
    graph.fit(Networks.batch(7, 1));
    ComputationGraph clone = graph.clone();
    GradientClipping.detachFrom(clone);
    assertThat(clone.getListeners()).isEmpty();
    graph.setLearningRate(RATE);
    INDArray before = graph.params().dup();
    graph.fit(Networks.batch(7, 2));
    assertThat(before.distance2(graph.params())).isCloseTo(RATE * BOUND, within(1e-6));
    assertThat(seen.steps).hasSize(2);
  }

  private static GradientClipping clipping(boolean scaled) {
    GradientClipping.Builder builder = GradientClipping.builder().maxNorm(BOUND);
    return (scaled ? builder.lossScaling(LossScaling.dynamic()) : builder).build();
  }
}
