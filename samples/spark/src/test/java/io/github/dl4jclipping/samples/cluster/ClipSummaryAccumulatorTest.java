package io.github.dl4jclipping.samples.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.ClipSummary;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClipSummaryAccumulatorTest {

  private static final ClipReport STEP =
      new ClipReport(0, 0, 1, 4, 2, 0.5, 2, StepOutcome.CLIPPED, Map.of(), "main");

  private final ClipSummaryAccumulator accumulator = new ClipSummaryAccumulator();

  @Test
  void startsAtZero() {
    assertThat(accumulator.isZero()).isTrue();
    assertThat(accumulator.value()).isEqualTo(ClipSummary.EMPTY);
  }

  @Test
  void addsAndResets() {
    accumulator.add(STEP);
    assertThat(accumulator.isZero()).isFalse();
    assertThat(accumulator.value().steps()).isOne();

    accumulator.reset();
    assertThat(accumulator.isZero()).isTrue();
  }

  @Test
  void aCopyGoesItsOwnWay() {
    accumulator.add(STEP);
    ClipSummaryAccumulator copy = accumulator.copy();
    copy.add(STEP);

    assertThat(copy.value().steps()).isEqualTo(2);
    assertThat(accumulator.value().steps()).isOne();
    assertThat(accumulator.copyAndReset().isZero()).isTrue();
  }

  @Test
  void merges() {
    ClipSummaryAccumulator other = new ClipSummaryAccumulator();
    other.add(STEP);
    accumulator.add(STEP);

    accumulator.merge(other);

    assertThat(accumulator.value().clipped()).isEqualTo(2);
    assertThat(other.value().clipped()).isOne();
  }
}
