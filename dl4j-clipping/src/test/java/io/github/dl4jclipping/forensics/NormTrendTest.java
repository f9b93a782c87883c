package io.github.dl4jclipping.forensics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.internal.memory.RecentSteps;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Norms that grew are told from norms that gave no sign. */
class NormTrendTest {

  @Test
  void growthIsAnExplosion() {
    NormTrend trend =
        NormTrend.of(history(IntStream.range(0, 20).mapToDouble(i -> Math.pow(2, i))));
    assertThat(trend.isExplosion()).isTrue();
    assertThat(trend.describe()).startsWith("The norms grew steadily: ").contains("20 steps");
  }

  @Test
  void steadinessIsNot() {
    NormTrend trend = NormTrend.of(history(IntStream.range(0, 20).mapToDouble(i -> 1 + i % 3)));
    assertThat(trend.isExplosion()).isFalse();
    assertThat(trend.describe())
        .isEqualTo("There was no sign in the norms before: over 20 steps they were 1.00 to 3.00.");
  }

  @Test
  void fewStepsShowNoTrend() {
    NormTrend trend = NormTrend.of(history(DoubleStream.of(1, 1e9)));
    assertThat(trend.isExplosion()).isFalse();
    assertThat(trend.describe()).startsWith("There were too few steps");
  }

  @Test
  void brokenStepsAreLeftOut() {
    NormTrend trend = NormTrend.of(history(DoubleStream.of(Double.NaN, Double.POSITIVE_INFINITY)));
    assertThat(trend.isExplosion()).isFalse();
    assertThat(trend.describe()).startsWith("No step before this one");
  }

  @Test
  void explosionChangesTheRemedy() {
    List<HistoryPoint> growing = history(IntStream.range(0, 20).mapToDouble(i -> Math.pow(2, i)));
    for (OriginKind kind :
        List.of(OriginKind.ACTIVATIONS, OriginKind.LOSS, OriginKind.BACKWARD, OriginKind.UNKNOWN)) {
      assertThat(report(kind, growing).remedy()).contains("lower the learning rate or maxNorm");
      assertThat(report(kind, List.of()).remedy()).doesNotContain("lower");
    }
    assertThat(report(OriginKind.FEATURES, growing).remedy()).contains("check the input");
  }

  @Test
  void lastStepsAreKept() {
    RecentSteps history = new RecentSteps();
    for (int i = 0; i < 50; i++) {
      history.add(i, 0.5, i);
    }
    assertThat(history.points()).hasSize(RecentSteps.LENGTH);
    assertThat(history.points().get(0)).isEqualTo(new HistoryPoint(30, 0.5, 30));
  }

  private static NonFiniteReport report(OriginKind kind, List<HistoryPoint> history) {
    Origin origin = new Origin(kind, "2", NonFinitePlaces.NONE, Double.NaN, List.of());
    return new NonFiniteReport(1, 0, 1, List.of(), origin, history);
  }

  private static List<HistoryPoint> history(DoubleStream norms) {
    double[] values = norms.toArray();
    return IntStream.range(0, values.length)
        .mapToObj(i -> new HistoryPoint(i, 1, values[i]))
        .toList();
  }
}
