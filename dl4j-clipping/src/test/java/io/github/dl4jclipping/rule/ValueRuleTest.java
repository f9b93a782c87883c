package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.dl4jclipping.norm.JavaSerialization;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pure Java: runs without native code. */
final class ValueRuleTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 1e300})
  void clampsWhateverTheNorm(double norm) {
    RuleState state = ClipRule.value(0.25).start(List.of(new RuleParameter("0_W", "0", 1)));

    Decision decision = state.decide(new GradientMeasurement(0, 0, norm, new double[0]));

    assertThat(decision).isEqualTo(new Decision.Clamp(0.25));
    assertThat(decision.maxNorm()).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, 0, -0.0, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void refusesABoundThatIsNone(double clipValue) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClipRule.value(clipValue))
        .withMessage("clipValue must be finite and > 0, but was " + clipValue);
  }

  @Test
  void boundsNoNorm() {
    assertThat(ClipRule.value(1).maxNorm()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(ClipRule.value(1).normType()).isEqualTo(NormType.L2);
  }

  @Test
  void isAValue() {
    ClipRule rule = ClipRule.value(0.5);

    assertThat(rule)
        .isEqualTo(ClipRule.value(0.5))
        .hasSameHashCodeAs(ClipRule.value(0.5))
        .isNotEqualTo(ClipRule.value(0.6))
        .isNotEqualTo(ClipRule.globalNorm(0.5))
        .hasToString("value(clipValue=0.5)");
    assertThat(JavaSerialization.roundTrip(rule)).isEqualTo(rule);
  }
}
