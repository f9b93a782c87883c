package io.github.dl4jclipping.norm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.internal.norm.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pure Java: runs without native code. */
final class NormTypeTest {

  private static final double INFINITY = Double.POSITIVE_INFINITY;

  @Test
  void ordersWithNamesEqualTheConstants() {
    assertThat(NormType.p(1)).isEqualTo(NormType.L1).hasSameHashCodeAs(NormType.L1);
    assertThat(NormType.p(2)).isEqualTo(NormType.L2).hasSameHashCodeAs(NormType.L2);
    assertThat(NormType.p(INFINITY)).isEqualTo(NormType.INF).hasSameHashCodeAs(NormType.INF);
    assertThat(NormType.p(1.5)).isEqualTo(NormType.p(1.5)).isNotEqualTo(NormType.p(2.5));
    assertThat(NormType.L2).isNotEqualTo(NormType.L1).isNotEqualTo("L2");
  }

  @Test
  void isShownByName() {
    assertThat(NormType.L1).hasToString("L1");
    assertThat(NormType.L2).hasToString("L2");
    assertThat(NormType.INF).hasToString("INF");
    assertThat(NormType.p(1.5)).hasToString("p=1.5");
  }

  @Test
  void keepsItsOrder() {
    assertThat(NormType.L1.order()).isEqualTo(1);
    assertThat(NormType.L2.order()).isEqualTo(2);
    assertThat(NormType.INF.order()).isEqualTo(INFINITY);
    assertThat(NormType.p(0.5).order()).isEqualTo(0.5);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, -1, -Double.MIN_VALUE, Double.NEGATIVE_INFINITY, Double.NaN})
  void refusesAnOrderThatIsNoNorm(double order) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NormType.p(order))
        .withMessage("norm order must be > 0, but was " + order);
  }

  @ParameterizedTest
  @MethodSource("types")
  void survivesSerialisation(NormType type) {
    assertThat(JavaSerialization.roundTrip(type)).isEqualTo(type).hasToString(type.toString());
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.5, 1, 1.5, 1.7, 2, 2.5, 3, 4, 7.5, 8, 8.5, 9, 1e300})
  void raisesToItsOrder(double order) {
    for (double x : new double[] {0, 1e-300, 1e-20, 0.3, 1, 1.7, 1e20, 1e300, INFINITY}) {
      double expected = Math.pow(x, order);
      assertThat(NormType.p(order).power(x))
          .isEqualTo(expected, within(Math.max(1e-320, 1e-14 * expected)));
    }
    assertThat(NormType.p(order).power(Double.NaN)).isNaN();
  }

  static Stream<NormType> types() {
    return Path.NORM_TYPES.stream();
  }

  @ParameterizedTest
  @MethodSource("types")
  void combinesNothingToZero(NormType type) {
    assertThat(type.combine()).isZero();
    assertThat(type.combine(0, 0)).isZero();
  }

  @ParameterizedTest
  @MethodSource("types")
  void combinesOnePartToItself(NormType type) {
    assertThat(type.combine(0, 3.7, 0)).isEqualTo(3.7, within(1e-15));
  }

  @ParameterizedTest
  @MethodSource("combined")
  void combinesParts(NormType type, double[] parts, double whole) {
    assertThat(type.combine(parts)).isCloseTo(whole, Percentage.withPercentage(1e-10));
  }

  static Stream<Arguments> combined() {
    return Stream.of(
        Arguments.of(NormType.L1, new double[] {3, 4, 5}, 12.0),
        Arguments.of(NormType.L2, new double[] {3, 4, 12}, 13.0),
        Arguments.of(NormType.INF, new double[] {3, 4, 1}, 4.0),
        Arguments.of(NormType.p(0.5), new double[] {4, 9, 16}, 81.0),
        Arguments.of(NormType.p(3), new double[] {3, 4, 5}, 6.0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e300, 1e-300, 1e-310, 1e160, 1e-200})
  void neitherOverflowsNorUnderflows(double size) {
    assertThat(NormType.L2.combine(3 * size, 4 * size))
        .isCloseTo(5 * size, Percentage.withPercentage(1e-6));
    assertThat(NormType.p(4).combine(size, size))
        .isCloseTo(Math.pow(2, 0.25) * size, Percentage.withPercentage(1e-6));
    assertThat(NormType.p(0.5).combine(size, size))
        .isCloseTo(4 * size, Percentage.withPercentage(1e-6));
    assertThat(NormType.L1.combine(size, size)).isEqualTo(2 * size);
  }

  @ParameterizedTest
  @MethodSource("types")
  void keepsTheSmallestPart(NormType type) {
    assertThat(type.combine(Double.MIN_VALUE, 0)).isEqualTo(Double.MIN_VALUE);
  }

  @ParameterizedTest
  @MethodSource("types")
  void isInfiniteIfAPartIs(NormType type) {
    assertThat(type.combine(1, INFINITY, 2)).isEqualTo(INFINITY);
    assertThat(type.combine(INFINITY)).isEqualTo(INFINITY);
  }

  @ParameterizedTest
  @MethodSource("types")
  void isNaNIfAPartIsEvenBesideAnInfiniteOne(NormType type) {
    assertThat(type.combine(1, Double.NaN, 2)).isNaN();
    assertThat(type.combine(Double.NaN)).isNaN();
    assertThat(type.combine(Double.NaN, INFINITY)).isNaN();
    assertThat(type.combine(INFINITY, Double.NaN)).isNaN();
  }

  @Property(tries = 300)
  void combiningInTwoSteps_isCombiningInOne(
      @ForAll @Size(min = 2, max = 20) double[] raw,
      @ForAll @DoubleRange(min = 0.3, max = 8) double order) {
    double[] parts = Arrays.stream(raw).map(x -> Math.abs(x % 1e6)).toArray();
    NormType type = NormType.p(order);
    int half = parts.length / 2;

    double inTwo =
        type.combine(
            type.combine(Arrays.copyOf(parts, half)),
            type.combine(Arrays.copyOfRange(parts, half, parts.length)));

    double inOne = type.combine(parts);
    assertThat(inTwo).isCloseTo(inOne, within(1e-9 * inOne));
  }
}
