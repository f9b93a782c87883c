package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.GradientClipping;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkersTrainingTest {

  private static final String TEXT =
      "Pack my box with five dozen liquor jugs; the quick brown fox looks on.\n".repeat(40);

  private static final int BATCHES = 8;

  enum Where implements Workers.Factory {
    PARALLEL_WRAPPER,
    SPARK;

    @Override
    public Workers of(MultiLayerNetwork network, GradientClipping clipping) {
      return switch (this) {
        case PARALLEL_WRAPPER -> new ParallelWorkers(network, clipping);
        case SPARK -> new SparkWorkers(network, clipping);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void stockDivergesAndItsRunEndsThere(Where where) throws Exception {
    WorkersResult result =
        new WorkersTraining(TEXT, BATCHES, where).run(Contender.STOCK, ProgressBars.none());

    assertThat(result.ending()).isEqualTo(Ending.DIVERGED);
    assertThat(result.summary().clipped()).isZero();
    assertThat(result.summary().passedNonFinite()).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void thePluginLearnsAndEveryStepOfEveryWorkerIsCounted(Where where) throws Exception {
    WorkersResult result =
        new WorkersTraining(TEXT, BATCHES, where).run(Contender.PLUGIN, ProgressBars.none());

    assertThat(result.ending()).isIn(Ending.LEARNED, Ending.DID_NOT_LEARN);
    assertThat(result.scores()).hasSize(1);
    assertThat(result.summary().steps()).isEqualTo(BATCHES * 2); // a batch is two segments
    assertThat(result.summary().clipped()).isPositive();
    assertThat(result.summary().nonFinite()).isZero();
    assertThat(result.summary().largestNorm()).isGreaterThan(CharacterNetwork.MAX_NORM);
  }

  @ParameterizedTest
  @EnumSource
  void aGradientThatIsNotFiniteStopsTheRun(Where where) throws Exception {
    Workers.Factory poisoned =
        (network, clipping) -> {
          network.params().putScalar(0, Double.NaN);
          return where.of(network, clipping);
        };

    WorkersResult result =
        new WorkersTraining(TEXT, BATCHES, poisoned).run(Contender.PLUGIN, ProgressBars.none());

    assertThat(result.ending()).isEqualTo(Ending.STOPPED);
    assertThat(result.lastRound()).isOne();
    assertThat(WorkersTable.verdict(List.of(result)))
        .endsWith(
            "dl4j-clipping at 40 was stopped in round 1, before a gradient that is not finite"
                + " reached the parameters.");
  }
}
