package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.report.StepOutcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RunResultTest {

  @ParameterizedTest
  @EnumSource
  void tellsEndingsApart(Ending ending) {
    assertThat(Results.ended(Contender.PLUGIN, ending).ending()).isEqualTo(ending);
  }

  @ParameterizedTest
  @CsvSource({"200, 180, LEARNED", "200, 181, DID_NOT_LEARN", "200, 1e30, DID_NOT_LEARN"})
  void learningMeansATenthLess(double first, double last, Ending ending) {
    double[] scores = new double[11];
    Arrays.fill(scores, last);
    scores[0] = first;

    assertThat(Results.scores(Contender.STOCK, scores).ending()).isEqualTo(ending);
  }

  @ParameterizedTest
  @CsvSource({"NaN, 1", "Infinity, 1", "100, NaN", "100, Infinity"})
  void aBrokenStepIsNeverLearning(double score, double norm) {
    RunResult result =
        Results.of(
            Contender.STOCK,
            List.of(
                Results.step(0, 200, 1, StepOutcome.UNCHANGED),
                Results.step(1, score, norm, StepOutcome.PASSED_NON_FINITE)));

    assertThat(result.ending()).isEqualTo(Ending.DIVERGED);
    assertThat(result.brokenAt()).hasValue(1);
  }

  @Test
  void lastScoreIsTheMeanOfTen() {
    double[] scores = new double[30];
    Arrays.setAll(scores, i -> i);

    assertThat(Results.scores(Contender.STOCK, scores).firstScore()).isZero();
    assertThat(Results.scores(Contender.STOCK, scores).lastScore()).isEqualTo(24.5);
  }

  /** A skipped step left the network as it was: neither the run nor its score is broken. */
  @Test
  void skippedStepsBreakNothing() {
    RunResult result =
        Results.of(
            Contender.PLUGIN,
            List.of(
                Results.step(0, 200, 1, StepOutcome.UNCHANGED),
                Results.step(1, Double.NaN, Double.NaN, StepOutcome.SKIPPED),
                Results.step(2, 100, 1, StepOutcome.CLIPPED)));

    assertThat(result.brokenAt()).isEmpty();
    assertThat(result.skipped()).isOne();
    assertThat(result.lastScore()).isEqualTo(150);
    assertThat(result.ending()).isEqualTo(Ending.LEARNED);
    assertThat(Verdict.of(List.of(result))).endsWith("(score 200.0 to 150.0) and skipped 1 step.");
  }

  @Test
  void normsLeaveOutWhatIsNotFinite() {
    RunResult result = Results.ended(Contender.STOCK, Ending.DIVERGED);

    assertThat(result.norms().getN()).isEqualTo(2);
    assertThat(result.norms().getMax()).isEqualTo(2);
  }

  @Test
  void countsThePluginsClips() {
    RunResult result =
        Results.of(
            Contender.PLUGIN,
            List.of(
                Results.step(0, 3, 50, StepOutcome.CLIPPED),
                Results.step(1, 2, 30, StepOutcome.UNCHANGED),
                Results.step(2, 1, 20, StepOutcome.UNCHANGED)));

    assertThat(result.clippedShare()).isEqualTo(1.0 / 3, within(1e-12));
  }

  @Test
  void countsClipsOfAnyLayer() {
    RunResult result =
        Results.of(
            Contender.CLIP_L2_PER_LAYER,
            List.of(
                Results.step(0, 3, 41, StepOutcome.UNCHANGED, Map.of("0_W", 9.0, "1_W", 40.0)),
                Results.step(
                    1, 2, 41, StepOutcome.UNCHANGED, Map.of("0_W", 24.0, "0_RW", 32.0, "1_b", 9.0)),
                Results.step(2, 1, 44, StepOutcome.UNCHANGED, Map.of("0_W", 39.0, "1_W", 20.0))));

    assertThat(result.clippedShare()).isEqualTo(2.0 / 3, within(1e-12));
  }

  @Test
  void refusesARunWithoutSteps() {
    assertThatThrownBy(() -> Results.scores(Contender.STOCK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps must not be empty");
  }
}
