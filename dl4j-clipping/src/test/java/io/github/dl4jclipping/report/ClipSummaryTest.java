package io.github.dl4jclipping.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.norm.JavaSerialization;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClipSummaryTest {

  private static ClipReport report(double norm, StepOutcome outcome, double coefficient) {
    return new ClipReport(
        0, 0, 0, norm, norm * coefficient, coefficient, 1, outcome, Map.of(), "main");
  }

  @Test
  void empty() {
    assertThat(ClipSummary.EMPTY.steps()).isZero();
    assertThat(ClipSummary.EMPTY.nonFinite()).isZero();
    assertThat(ClipSummary.EMPTY.clippedShare()).isZero();
    assertThat(ClipSummary.EMPTY.largestNorm()).isNaN();
    assertThat(ClipSummary.EMPTY.meanNorm()).isNaN();
    assertThat(ClipSummary.EMPTY)
        .hasToString(
            "steps=0 clipped=0 largestNormBeforeClip=n/a meanNormBeforeClip=n/a"
                + " skipped=0 zeroed=0 passedNonFinite=0 raised=0");
  }

  @Test
  void populated() {
    ClipSummary summary =
        ClipSummary.EMPTY
            .plus(report(0.5, StepOutcome.UNCHANGED, 1))
            .plus(report(4, StepOutcome.CLIPPED, 0.25))
            .plus(report(3, StepOutcome.CLIPPED, Double.NaN)) // values clamped
            .plus(report(2, StepOutcome.ZEROED, 0.5))
            .plus(report(0.5, StepOutcome.ZEROED, 1))
            .plus(report(Double.NaN, StepOutcome.SKIPPED, 0))
            .plus(report(Double.POSITIVE_INFINITY, StepOutcome.PASSED_NON_FINITE, 1))
            .plus(report(Double.NaN, StepOutcome.RAISED, Double.NaN));

    assertThat(summary.finiteNorms()).isEqualTo(5);
    assertThat(summary.nonFinite()).isEqualTo(5);
    assertThat(summary.clippedShare()).isEqualTo(3.0 / 8);
    assertThat(summary)
        .hasToString(
            "steps=8 clipped=3 largestNormBeforeClip=4.00000 meanNormBeforeClip=2.00000"
                + " skipped=1 zeroed=2 passedNonFinite=1 raised=1");
  }

  @ParameterizedTest
  @EnumSource
  void countsAStepOnceAndItsOutcomeAtMostOnce(StepOutcome outcome) {
    ClipSummary summary = ClipSummary.EMPTY.plus(report(1, outcome, 1));

    assertThat(summary.steps()).isOne();
    assertThat(summary.nonFinite())
        .isEqualTo(
            switch (outcome) {
              case UNCHANGED, SCALED_UP, CLIPPED, OVERFLOWED -> 0;
              default -> 1;
            });
    assertThat(summary.overflowed()).isEqualTo(outcome == StepOutcome.OVERFLOWED ? 1 : 0);
    assertThat(summary.clipped()).isEqualTo(outcome == StepOutcome.CLIPPED ? 1 : 0);
  }

  @Test
  void theMeanNeitherOverflowsNorLosesSmallNorms() {
    ClipSummary large =
        ClipSummary.EMPTY
            .plus(report(Double.MAX_VALUE, StepOutcome.UNCHANGED, 1))
            .plus(report(Double.MAX_VALUE, StepOutcome.UNCHANGED, 1));
    ClipSummary mixed = ClipSummary.EMPTY.plus(report(1e16, StepOutcome.UNCHANGED, 1));
    for (int i = 0; i < 3; i++) {
      mixed = mixed.plus(report(1, StepOutcome.UNCHANGED, 1));
    }

    assertThat(large.meanNorm()).isEqualTo(Double.MAX_VALUE);
    assertThat(mixed.meanNorm()).isEqualTo(new BigDecimal("2500000000000000.75").doubleValue());
    assertThat(mixed.sumOfNorms()).isEqualByComparingTo("10000000000000003");
  }

  @Test
  void aNormOfZeroIsANorm() {
    assertThat(ClipSummary.EMPTY.plus(report(0, StepOutcome.UNCHANGED, 1)).largestNorm()).isZero();
  }

  @Test
  void travels() {
    ClipSummary summary = ClipSummary.EMPTY.plus(report(0.1, StepOutcome.CLIPPED, 0.5));

    assertThat(JavaSerialization.roundTrip(summary)).isEqualTo(summary);
    assertThat(JavaSerialization.roundTrip(ClipSummary.EMPTY)).isEqualTo(ClipSummary.EMPTY);
  }
}
