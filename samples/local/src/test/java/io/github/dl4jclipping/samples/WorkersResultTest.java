package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.report.ClipSummary;
import io.github.dl4jclipping.report.StepOutcome;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkersResultTest {

  private static final ClipSummary CLIPPED =
      ClipSummary.EMPTY
          .plus(Results.step(0, 1, 50, StepOutcome.CLIPPED))
          .plus(Results.step(0, 1, 30, StepOutcome.UNCHANGED));

  private static final ClipSummary BROKEN =
      CLIPPED.plus(Results.step(1, Double.NaN, Double.NaN, StepOutcome.PASSED_NON_FINITE));

  private static WorkersResult result(boolean stopped, ClipSummary summary, Double... scores) {
    return new WorkersResult(
        Contender.PLUGIN, List.of(scores), stopped, summary, Duration.ofMillis(12_345));
  }

  @ParameterizedTest
  @CsvSource({
    "200, 180, LEARNED",
    "200, 181, DID_NOT_LEARN",
    "200, NaN, DIVERGED",
    "200, Infinity, DIVERGED"
  })
  void learningMeansATenthLess(double first, double last, Ending ending) {
    assertThat(result(false, CLIPPED, first, last, last, last).ending()).isEqualTo(ending);
  }

  @Test
  void aGradientThatIsNotFiniteAndWasAppliedIsNeverLearning() {
    assertThat(result(false, BROKEN, 200.0, 100.0, 100.0, 100.0).ending())
        .isEqualTo(Ending.DIVERGED);
  }

  @Test
  void aRunThatWasStoppedHasNoScoreForItsLastRound() {
    WorkersResult atOnce = result(true, ClipSummary.EMPTY);
    WorkersResult later = result(true, CLIPPED, 200.0, 190.0);

    assertThat(atOnce.ending()).isEqualTo(Ending.STOPPED);
    assertThat(atOnce.firstScore()).isNaN();
    assertThat(atOnce.lastScore()).isNaN();
    assertThat(atOnce.lastRound()).isOne();
    assertThat(later.lastRound()).isEqualTo(3);
  }

  @Test
  void tableHasALineForEachResultWithinAHundredColumns() {
    String table =
        WorkersTable.of(
            List.of(result(false, BROKEN, 200.0, Double.NaN), result(false, CLIPPED, 3e9, 1e9)));

    assertThat(table.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    assertThat(table.lines().skip(1).limit(2))
        .map(line -> line.replaceAll("\\s+", " ").strip())
        .containsExactly(
            "dl4j-clipping at 40 200.0 NaN 3 33 % 1 40.0 50.0 12.3 s",
            "dl4j-clipping at 40 3.0e+09 2.0e+09 2 50 % 0 40.0 50.0 12.3 s");
  }

  @Test
  void verdictSaysOfEachRunWhatHappenedToIt() {
    assertThat(
            Stream.of(
                result(false, CLIPPED, 200.0, 100.0, 100.0, 100.0),
                result(false, CLIPPED, 200.0, 300.0, 300.0, 300.0),
                result(false, BROKEN, 200.0, Double.NaN),
                result(true, CLIPPED, 200.0)))
        .map(result -> WorkersTable.verdict(List.of(result)))
        .map(
            verdict ->
                verdict.replace(
                    "On 2 workers, from the same seed, at learning rate 0.02: dl4j-clipping at 40",
                    "It"))
        .containsExactly(
            "It learned (score 200.0 to 100.0).",
            "It did not learn (score 200.0 to 300.0).",
            "It diverged in round 2.",
            "It was stopped in round 2, before a gradient that is not finite reached the"
                + " parameters.");
  }
}
