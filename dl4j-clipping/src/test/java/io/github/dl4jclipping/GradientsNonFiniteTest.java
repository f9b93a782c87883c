package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.internal.norm.ArrayLayout;
import io.github.dl4jclipping.norm.NormType;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** NaN and infinities in arrays of one's own. */
final class GradientsNonFiniteTest {

  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final double NAN = Double.NaN;

  static Stream<Arguments> arrays() {
    return Stream.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16)
        .flatMap(type -> Stream.of(ArrayLayout.values()).map(layout -> Arguments.of(type, layout)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void raisesAndLeavesTheArrays(DataType type, ArrayLayout layout) {
    INDArray good = layout.of(type, 3, 4, 5, 6);
    INDArray bad = layout.of(type, 1, NAN, INFINITY, -INFINITY, 5, 6, NAN, 8);
    double[] goodBefore = ArrayLayout.elements(good);
    double[] badBefore = ArrayLayout.elements(bad);

    NonFiniteGradientException thrown =
        catchThrowableOfType(
            NonFiniteGradientException.class,
            () -> Gradients.clipByGlobalNorm(1, NormType.L2, true, good, bad));

    assertThat(thrown.report().parameters())
        .containsExactly(new NonFiniteParameter("gradients[1]", 8, 2, 1, 1));
    assertThat(thrown)
        .hasMessageContaining("gradients[1]")
        .hasMessageContaining("4 elements in 1 parameter")
        .hasMessageContaining("errorIfNonFinite = false");
    assertThat(ArrayLayout.elements(good)).isEqualTo(goodBefore);
    assertThat(ArrayLayout.elements(bad)).isEqualTo(badBefore);
  }

  @Test
  void raisesUnderEveryNormType() {
    INDArray bad = ArrayLayout.VECTOR.of(DataType.FLOAT, 1, NAN, 3, 4);
    for (NormType type : new NormType[] {NormType.L1, NormType.INF, NormType.p(0.5)}) {
      assertThat(
              catchThrowableOfType(
                  NonFiniteGradientException.class,
                  () -> Gradients.clipByGlobalNorm(1, type, true, bad)))
          .as(type.toString())
          .isNotNull();
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void makesFiniteElementsZeroAndInfiniteOnesNaNByAnInfiniteNorm(
      DataType type, ArrayLayout layout) {
    INDArray good = layout.of(type, 3, 4, 5, 6);
    INDArray bad = layout.of(type, 1, INFINITY, -INFINITY, 4);

    double norm = Gradients.clipByGlobalNorm(1, NormType.L2, false, good, bad);

    assertThat(norm).isEqualTo(INFINITY);
    assertThat(ArrayLayout.elements(good)).containsOnly(0);
    assertThat(ArrayLayout.elements(bad)).containsExactlyInAnyOrder(0, NAN, NAN, 0);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void makesEverythingNaNByANaNNorm(DataType type, ArrayLayout layout) {
    INDArray good = layout.of(type, 3, 4, 5, 0);
    INDArray bad = layout.of(type, 1, NAN, INFINITY, 4);

    double norm = Gradients.clipByGlobalNorm(1, NormType.L2, false, good, bad);

    assertThat(norm).isNaN();
    assertThat(ArrayLayout.elements(good)).containsOnly(NAN);
    assertThat(ArrayLayout.elements(bad)).containsOnly(NAN);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void scalesWithAKnownNormThatIsNotFinite(DataType type, ArrayLayout layout) {
    INDArray byInfinity = layout.of(type, 3, 4, INFINITY, 0);
    INDArray byNaN = layout.of(type, 3, 4, INFINITY, 0);

    Gradients.clipWithNorm(1, INFINITY, byInfinity);
    Gradients.clipWithNorm(1, NAN, byNaN);

    assertThat(ArrayLayout.elements(byInfinity)).containsExactlyInAnyOrder(0, 0, NAN, 0);
    assertThat(ArrayLayout.elements(byNaN)).containsOnly(NAN);
  }
}
