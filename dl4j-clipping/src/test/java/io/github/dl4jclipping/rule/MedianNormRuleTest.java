package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bound is a multiple of the median of the norms before, sorted anew here at each step. */
class MedianNormRuleTest {

  @Property(tries = 200)
  void equalsAPlainScript(
      @ForAll @Size(min = 1, max = 60) List<@DoubleRange(min = 0, max = 5) Double> norms,
      @ForAll @IntRange(min = 1, max = 12) int window,
      @ForAll @DoubleRange(min = 0.1, max = 4) double factor) {
    RuleState state = new MedianNormRule(factor, window).start(List.of());
    List<Double> good = new ArrayList<>();
    for (double norm : norms) {
      Decision decision = decide(state, norm);
      if (good.size() < window) {
        assertThat(decision).isEqualTo(new Decision.Keep(Double.POSITIVE_INFINITY));
      } else {
        double bound = factor * median(good.subList(good.size() - window, good.size()));
        assertThat(decision.maxNorm()).isCloseTo(bound, within(1e-12 * bound));
        double coefficient =
            decision instanceof Decision.ScaleAll scaled ? scaled.coefficient() : 1;
        double expected = norm > bound ? bound / norm : 1;
        assertThat(coefficient).isCloseTo(expected, within(1e-12));
      }
      if (norm > 0) {
        good.add(norm);
      }
      state = again(state, factor, window);
    }
  }

  private static Decision decide(RuleState state, double norm) {
    return state.decide(new GradientMeasurement(0, 0, norm, new double[0]));
  }

  private static double median(List<Double> norms) {
    double[] sorted = norms.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Saved and restored after each step: it goes on as if it had not been. */
  private static RuleState again(RuleState state, double factor, int window) {
    RuleState restored = new MedianNormRule(factor, window).start(List.of());
    restored.restore(state.save());
    return restored;
  }

  @Test
  void aPeakIsClippedToTheBoundAndEntersUnclipped() {
    RuleState state = new MedianNormRule(2, 3).start(List.of());
    for (double norm : new double[] {1, 2, 3}) {
      assertThat(decide(state, norm)).isEqualTo(new Decision.Keep(Double.POSITIVE_INFINITY));
    }
    assertThat(decide(state, 4)).isEqualTo(new Decision.Keep(4));
    assertThat(decide(state, 12)).isEqualTo(new Decision.ScaleAll(0.5, 6));
    assertThat(state.save().get("norms")).containsExactly(3, 4, 12);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-160, 1e160, Double.POSITIVE_INFINITY})
  void normsWithoutAUsefulSquareAreIgnored(double norm) {
    RuleState state = new MedianNormRule(2, 2).start(List.of());
    for (double each : new double[] {1, norm, 3, norm}) {
      decide(state, each);
    }
    assertThat(state.save().get("norms")).containsExactly(1, 3);
    assertThat(decide(state, 1).maxNorm()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 5, factor must be finite and > 0",
    "NaN, 5, factor must be finite and > 0",
    "Infinity, 5, factor must be finite and > 0",
    "2, 0, window must be from 1 to 100000",
    "2, 100001, window must be from 1 to 100000"
  })
  void refuses(double factor, int window, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClipRule.medianNorm(factor, window))
        .withMessageContaining(message);
  }

  @Test
  void aDamagedHistoryIsRefusedAndChangesNothing() {
    RuleState state = new MedianNormRule(2, 2).start(List.of());
    decide(state, 5);
    for (double[] bad : new double[][] {{1, 2, 3}, {0}, {-1}, {1e200}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> state.restore(Map.of("norms", bad)))
          .withMessageContaining("norms");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> state.restore(Map.of()));
    assertThat(state.save().get("norms")).containsExactly(5);
  }

  @Test
  void defaultsAndWords() {
    assertThat(ClipRule.medianNorm())
        .isEqualTo(ClipRule.medianNorm(2, 100))
        .hasToString("medianNorm(factor=2.0, window=100)");
    assertThat(ClipRule.medianNorm().warmUp()).isEqualTo(100);
  }
}
