package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.norm.JavaSerialization;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pure Java: runs without native code. */
final class NoRuleTest {

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, 1e300, Double.POSITIVE_INFINITY})
  void keepsEverything(double norm) {
    RuleState state = ClipRule.none().start(List.of());

    assertThat(state.decide(new GradientMeasurement(0, 0, norm, new double[0])))
        .isEqualTo(new Decision.Keep(Double.POSITIVE_INFINITY));
  }

  @Test
  void isAValue() {
    ClipRule rule = ClipRule.none();

    assertThat(rule)
        .isEqualTo(ClipRule.none())
        .hasSameHashCodeAs(ClipRule.none())
        .isNotEqualTo(ClipRule.value(1))
        .hasToString("none()");
    assertThat(rule.maxNorm()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(rule.normType()).isEqualTo(NormType.L2);
    assertThat(JavaSerialization.roundTrip(rule)).isEqualTo(rule);
  }
}
