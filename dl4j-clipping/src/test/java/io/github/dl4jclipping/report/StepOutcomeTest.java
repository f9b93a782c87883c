package io.github.dl4jclipping.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each outcome says what it means, so that nobody has to decide it anew. */
class StepOutcomeTest {

  @ParameterizedTest
  @CsvSource({
    "UNCHANGED, true, false, true",
    "SCALED_UP, true, false, true",
    "CLIPPED, true, false, true",
    "SKIPPED, false, true, true",
    "ZEROED, true, true, true",
    "PASSED_NON_FINITE, true, true, true",
    "RAISED, false, true, true",
    "OVERFLOWED, false, false, false"
  })
  void means(StepOutcome outcome, boolean applied, boolean nonFinite, boolean measured) {
    assertThat(outcome.isApplied()).isEqualTo(applied);
    assertThat(outcome.isNonFinite()).isEqualTo(nonFinite);
    assertThat(outcome.isMeasured()).isEqualTo(measured);
  }

  @Test
  void allAreAmongThese() {
    assertThat(StepOutcome.values()).hasSize(8);
  }

  @ParameterizedTest
  @EnumSource
  void aSummaryCountsNonFiniteOnes(StepOutcome outcome) {
    ClipReport report = new ClipReport(0, 0, 1, 1, 1, 1, 1, outcome, Map.of(), "main");
    assertThat(ClipSummary.EMPTY.plus(report).nonFinite()).isEqualTo(outcome.isNonFinite() ? 1 : 0);
  }
}
