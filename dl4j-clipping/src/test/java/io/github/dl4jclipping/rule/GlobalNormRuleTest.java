package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.norm.JavaSerialization;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pure Java: runs without native code. */
final class GlobalNormRuleTest {

  @Test
  void scalesByMaxNormOverNorm() {
    assertThat(decide(1, 4)).isEqualTo(new Decision.ScaleAll(1 / (4 + 1e-6), 1));
    assertThat(decide(0.5, 100)).isEqualTo(new Decision.ScaleAll(0.5 / (100 + 1e-6), 0.5));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-300, 0.5, 0.9999, 1 - 1e-6})
  void keepsWhatIsWithinTheBound(double norm) {
    assertThat(decide(1, norm)).isEqualTo(new Decision.Keep(1));
  }

  /** PyTorch's epsilon shows in a narrow band below the bound, and at it. */
  @ParameterizedTest
  @ValueSource(doubles = {1 - 9e-7, 1 - 1e-7, 1, 1 + 1e-12, 1 + 1e-6})
  void scalesAtTheBoundByALittle(double norm) {
    assertThat(decide(1, norm)).isEqualTo(new Decision.ScaleAll(1 / (norm + 1e-6), 1));
    assertThat(((Decision.ScaleAll) decide(1, norm)).coefficient())
        .isLessThan(1)
        .isEqualTo(1, within(3e-6));
  }

  @Test
  void scalesWhatIsBeyondDoubleToZero() {
    assertThat(decide(1, Double.POSITIVE_INFINITY)).isEqualTo(new Decision.ScaleAll(0, 1));
  }

  @Test
  void hasTheCoefficientOfPyTorch() {
    assertThat(GlobalNormRule.coefficient(2, 8)).isEqualTo(2 / (8 + 1e-6));
    assertThat(GlobalNormRule.coefficient(2, 1)).isEqualTo(1);
    assertThat(GlobalNormRule.coefficient(2, 0)).isEqualTo(1);
    assertThat(GlobalNormRule.coefficient(1e-8, 0)).isEqualTo(1e-8 / 1e-6);
    assertThat(GlobalNormRule.coefficient(2, Double.POSITIVE_INFINITY)).isZero();
    assertThat(GlobalNormRule.coefficient(2, Double.NaN)).isNaN();
  }

  @Property
  void neverExceedsTheBound(
      @ForAll @DoubleRange(min = -12, max = 12) double exponent,
      @ForAll @DoubleRange(min = -20, max = 300) double exponentOfNorm) {
    double maxNorm = Math.pow(10, exponent);
    double norm = Math.pow(10, exponentOfNorm);

    Decision decision = decide(maxNorm, norm);

    if (decision instanceof Decision.ScaleAll all) {
      assertThat(all.coefficient()).isBetween(0.0, 1.0).isLessThan(1);
      assertThat(all.coefficient() * norm).isLessThanOrEqualTo(maxNorm * (1 + 1e-12));
    } else {
      assertThat(decision).isEqualTo(new Decision.Keep(maxNorm));
      assertThat(norm).isLessThanOrEqualTo(maxNorm);
    }
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, 0, -0.0, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void refusesABoundThatIsNone(double maxNorm) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClipRule.globalNorm(maxNorm))
        .withMessage("maxNorm must be finite and > 0, but was " + maxNorm);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClipRule.globalNorm(maxNorm, NormType.INF))
        .withMessage("maxNorm must be finite and > 0, but was " + maxNorm);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.MIN_VALUE, 1e-30, 1, Double.MAX_VALUE})
  void takesEveryOtherBound(double maxNorm) {
    assertThat(ClipRule.globalNorm(maxNorm).maxNorm()).isEqualTo(maxNorm);
  }

  @Test
  void refusesToBoundNoNorm() {
    assertThatNullPointerException()
        .isThrownBy(() -> ClipRule.globalNorm(1, null))
        .withMessage("normType must not be null");
  }

  @Test
  void boundsTheL2NormUnlessToldOtherwise() {
    assertThat(ClipRule.globalNorm(1).normType()).isEqualTo(NormType.L2);
    assertThat(ClipRule.globalNorm(1, NormType.L1).normType()).isEqualTo(NormType.L1);
  }

  @Test
  void isAValue() {
    ClipRule rule = ClipRule.globalNorm(1.5, NormType.p(3));

    assertThat(rule)
        .isEqualTo(ClipRule.globalNorm(1.5, NormType.p(3)))
        .hasSameHashCodeAs(ClipRule.globalNorm(1.5, NormType.p(3)))
        .isNotEqualTo(ClipRule.globalNorm(1.5))
        .isNotEqualTo(ClipRule.globalNorm(2, NormType.p(3)))
        .hasToString("globalNorm(maxNorm=1.5, normType=p=3.0)");
    assertThat(JavaSerialization.roundTrip(rule)).isEqualTo(rule);
  }

  private static Decision decide(double maxNorm, double norm) {
    return ClipRule.globalNorm(maxNorm)
        .start(List.of(new RuleParameter("0_W", "0", 1)))
        .decide(new GradientMeasurement(3, 1, norm, new double[0]));
  }
}
