package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingGraphTrainer;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.listeners.CheckpointListener;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;

/** DL4J's own trainers around a network. */
class TrainersTest {

  private static final GradientClipping ALWAYS = GradientClipping.byGlobalNorm(1e-4);
  private static final GradientClipping NEVER = GradientClipping.byGlobalNorm(1e9);

  private final CollectingObserver seen = new CollectingObserver();

  private static DataSetIterator batches() {
    return new ListDataSetIterator<>(List.of(Networks.batch(7, 1), Networks.batch(5, 2)), 1);
  }

  @ParameterizedTest
  @EnumSource
  void earlyStoppingClipsEveryStep(Kind kind) {
    Model network = kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));
    network.setListeners(new GradientClippingListener().observe(seen));

    Model best = stopEarly(network).getBestModel();

    assertThat(seen.steps).hasSize(4);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
    assertThat(seen.epochs).containsExactly(0, 1);
    best.setListeners();
    assertThatThrownBy(() -> Kind.fit(best, 1)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @EnumSource
  void earlyStoppingIsAsInStockWhereNothingClips(Kind kind) {
    Model stock = kind.plain(new Adam(1e-2));
    Model clipped = kind.plain(new Adam(1e-2));
    clipped.setListeners(new GradientClippingListener(NEVER));

    stopEarly(stock);
    stopEarly(clipped);

    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
  }

  /**
   * DL4J turns whatever ends training into a result, and before the first epoch ends into an NPE.
   */
  @ParameterizedTest
  @EnumSource
  void earlyStoppingOfAConfiguredNetworkWithoutListenerChangesNothing(Kind kind) {
    Model network = kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS));
    var before = Snapshot.bits(network.params());

    assertThatThrownBy(() -> stopEarly(network)).isInstanceOf(NullPointerException.class);

    assertThat(Snapshot.bits(network.params())).isEqualTo(before);
  }

  private static EarlyStoppingResult<? extends Model> stopEarly(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      var conf =
          new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
              .epochTerminationConditions(new MaxEpochsTerminationCondition(2))
              .scoreCalculator(new DataSetLossCalculator(batches(), true))
              .modelSaver(new InMemoryModelSaver<>())
              .build();
      return new EarlyStoppingTrainer(conf, network, batches()).fit();
    }
    var conf =
        new EarlyStoppingConfiguration.Builder<ComputationGraph>()
            .epochTerminationConditions(new MaxEpochsTerminationCondition(2))
            .scoreCalculator(new DataSetLossCalculator(batches(), true))
            .modelSaver(new InMemoryModelSaver<>())
            .build();
    return new EarlyStoppingGraphTrainer(conf, (ComputationGraph) model, batches()).fit();
  }

  @ParameterizedTest
  @EnumSource
  void checkpointResumesAsInStockWhereNothingClips(
      Kind kind, @TempDir Path stockFolder, @TempDir Path folder) {
    Model stock = trainedToCheckpoint(kind.plain(new Adam(1e-2)), stockFolder);
    Model resumed =
        trainedToCheckpoint(
            kind.plain(new ClippedUpdater(new Adam(1e-2), NEVER)),
            folder,
            new GradientClippingListener());
    resumed.setListeners(new GradientClippingListener());

    Kind.fit(stock, 4, 5);
    Kind.fit(resumed, 4, 5);

    assertThat(Snapshot.of(resumed)).isEqualTo(Snapshot.of(stock));
  }

  @ParameterizedTest
  @EnumSource
  void checkpointOfAConfiguredNetworkNeverTrainsUnclipped(Kind kind, @TempDir Path folder) {
    Model resumed =
        trainedToCheckpoint(
            kind.plain(new ClippedUpdater(new Adam(1e-2), ALWAYS)),
            folder,
            new GradientClippingListener());
    assertThatThrownBy(() -> Kind.fit(resumed, 4)).isInstanceOf(IllegalStateException.class);

    resumed.setListeners(new GradientClippingListener().observe(seen));
    Kind.fit(resumed, 4, 5);

    assertThat(seen.steps).hasSize(2);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.CLIPPED);
  }

  /** Trains three steps, of which the last is saved, and returns what was saved. */
  private static Model trainedToCheckpoint(
      Model model, Path folder, TrainingListener... listeners) {
    model.setListeners(
        new CheckpointListener.Builder(folder.toFile()).keepAll().saveEveryNIterations(2).build());
    model.addListeners(listeners);
    Kind.fit(model, 1, 2, 3);
    Model saved =
        model instanceof MultiLayerNetwork
            ? CheckpointListener.loadLastCheckpointMLN(folder.toFile())
            : CheckpointListener.loadLastCheckpointCG(folder.toFile());
    assertThat(Snapshot.bits(saved.params())).isEqualTo(Snapshot.bits(model.params()));
    return saved;
  }
}
