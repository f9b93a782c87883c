package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.report.ClipReport;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

class TrainingTest {

  private static final String TEXT =
      "Pack my box with five dozen liquor jugs; the quick brown fox looks on.\n".repeat(40);

  @Test
  void stockDivergesAndItsRunEndsThere() {
    RunResult result = new Training(TEXT, 20).run(Contender.STOCK, ProgressBars.none());

    assertThat(result.ending()).isEqualTo(Ending.DIVERGED);
    assertThat(result.steps()).hasSizeLessThan(20);
    assertThat(result.clippedShare()).isZero();
  }

  @Test
  void thePluginLearnsWithinItsBound() {
    RunResult result = new Training(TEXT, 20).run(Contender.PLUGIN, ProgressBars.none());

    assertThat(result.ending()).isEqualTo(Ending.LEARNED);
    assertThat(result.steps()).hasSize(40);
    assertThat(result.clippedShare()).isPositive();
    assertThat(result.norms().getMax()).isGreaterThan(CharacterNetwork.MAX_NORM);
    assertThat(result.steps())
        .extracting(ClipReport::clippedNorm)
        .allSatisfy(
            norm -> assertThat(norm).isLessThanOrEqualTo(CharacterNetwork.MAX_NORM * 1.00001));
  }

  /** Two steps a batch: the broken values are in the second step of batches 20 and 30. */
  @Test
  void eachEndsOnTheDataAsItsClippingLets() {
    Training training = new Training(TEXT, 32);

    RunResult perLayer = training.run(Contender.CLIP_L2_PER_LAYER, ProgressBars.none());
    RunResult plugin = training.run(Contender.PLUGIN, ProgressBars.none());
    RunResult clean = training.run(Contender.PLUGIN_ON_CLEAN_DATA, ProgressBars.none());

    assertThat(perLayer.ending()).isEqualTo(Ending.DIVERGED);
    assertThat(perLayer.brokenAt()).hasValue(61);
    assertThat(plugin.ending()).isEqualTo(Ending.LEARNED);
    assertThat(plugin.steps()).hasSize(64);
    assertThat(plugin.skipped()).isOne();
    assertThat(plugin.found())
        .containsExactly("iteration 61: column 0 of the features has 2 NaN in rows 3 and 11");
    assertThat(plugin.steps().get(41).norm()).isGreaterThan(clean.steps().get(41).norm() * 5);
    assertThat(clean.ending()).isEqualTo(Ending.LEARNED);
    assertThat(clean.skipped()).isZero();
    assertThat(plugin.lastScore()).isLessThan(plugin.firstScore() / 2);
    assertThat(clean.lastScore()).isLessThan(clean.firstScore() / 2);
  }

  @Test
  void allStartAlike() {
    Training training = new Training(TEXT, 1);

    double stock = training.run(Contender.STOCK, ProgressBars.none()).firstScore();

    assertThat(training.run(Contender.CLIP_L2_PER_LAYER, ProgressBars.none()).firstScore())
        .isEqualTo(stock);
    assertThat(training.run(Contender.PLUGIN, ProgressBars.none()).firstScore()).isEqualTo(stock);
  }

  @ParameterizedTest
  @EnumSource(names = {"STOCK", "CLIP_L2_PER_LAYER"})
  void measuringChangesNothing(Contender contender) {
    assertThat(trained(contender, true)).isEqualTo(trained(contender, false));
  }

  private static INDArray trained(Contender contender, boolean measured) {
    Alphabet alphabet = new Alphabet(TEXT, 128);
    CharacterBatches batches = new CharacterBatches(alphabet.encode(TEXT), alphabet.size(), 3);
    MultiLayerNetwork network = CharacterNetwork.build(alphabet.size(), contender.perLayer(), 3);
    if (measured) {
      network.addListeners(new GradientClippingListener(contender.clipping()));
    }
    network.fit(batches.next());
    assertThat(network.params().isNaN().any()).isFalse();
    return network.params();
  }
}
