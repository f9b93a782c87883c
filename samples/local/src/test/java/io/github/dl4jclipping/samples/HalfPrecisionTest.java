package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {

  private static final String TEXT = "the quick brown fox jumps over the lazy dog ".repeat(60);

  @Test
  void masterWeightsAreWhatAdamNeedsInHalf() {
    List<HalfResult> results = HalfPrecision.compare(TEXT, 2, ProgressBars.none());
    assertThat(results).hasSize(12);
    List<HalfResult> adam = results.subList(0, 4);
    assertThat(adam).extracting(HalfResult::setting).containsOnly(HalfSetting.ADAM);
    assertThat(adam).extracting(HalfResult::contender).containsExactly(HalfContender.values());
    assertThat(adam.get(0).brokenAt()).isNegative();
    assertThat(adam.get(1).brokenAt()).isEqualTo(1);
    assertThat(adam.get(3).brokenAt()).isNegative();
    assertThat(results).allSatisfy(result -> assertThat(result.zeros()).isBetween(0.0, 1.0));
    assertThat(HalfTable.of(results))
        .contains("HALF as it is", "and master weights", "iteration 1");
    assertThat(HalfPrecision.verdict(results))
        .contains("Adam, HALF as it is: broke at iteration 1", "% beside FLOAT's score");
  }
}
