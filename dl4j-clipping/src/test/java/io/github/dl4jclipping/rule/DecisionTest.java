package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pure Java: runs without native code. */
final class DecisionTest {

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, -1e-9, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void refusesACoefficientThatWouldSpoilTheGradient(double coefficient) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Decision.ScaleAll(coefficient, 1))
        .withMessage("coefficient must be finite and >= 0, but was " + coefficient);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Decision.ScaleEach(new double[] {0.5, coefficient}, 1))
        .withMessage("coefficient must be finite and >= 0, but was " + coefficient);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, Double.MIN_VALUE, 0.5, 1, 2})
  void takesEveryOtherCoefficient(double coefficient) {
    assertThat(new Decision.ScaleAll(coefficient, 1).coefficient()).isEqualTo(coefficient);
    assertThat(new Decision.ScaleEach(new double[] {coefficient}, 1).coefficients())
        .containsExactly(coefficient);
  }

  @Test
  void saysWhichBoundItWasTakenAgainst() {
    assertThat(new Decision.Keep(3).maxNorm()).isEqualTo(3);
    assertThat(new Decision.ScaleAll(0.5, 4).maxNorm()).isEqualTo(4);
    assertThat(new Decision.ScaleEach(new double[] {1}, 5).maxNorm()).isEqualTo(5);
    assertThat(new Decision.Clamp(6).maxNorm()).isEqualTo(Double.POSITIVE_INFINITY);
  }
}
