package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

final class GradientNormsTest {

  @ParameterizedTest
  @EnumSource(ArrayLayout.class)
  void measuresNothingBesideTheView(ArrayLayout layout) {
    for (DataType type :
        List.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16)) {
      INDArray array = layout.of(type, 1, -2, 2, 0, 4, -5, 0.5, 0.25);
      double[] before = ArrayLayout.elements(array);

      assertThat(GradientNorms.norm(array, NormType.L2))
          .isEqualTo(Math.sqrt(50.3125), within(1e-9));
      assertThat(GradientNorms.norm(array, NormType.L1)).isEqualTo(14.75, within(1e-9));
      assertThat(GradientNorms.norm(array, NormType.INF)).isEqualTo(5);
      assertThat(GradientNorms.nonFinite(array)).isEqualTo(NonFiniteCount.NONE);
      assertThat(ArrayLayout.elements(array)).as("read-only").isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource(ArrayLayout.class)
  void countsInEveryLayout(ArrayLayout layout) {
    INDArray array =
        layout.of(DataType.FLOAT, 1, Double.NaN, Double.POSITIVE_INFINITY, 4, 5, 6, 7, Double.NaN);

    assertThat(GradientNorms.nonFinite(array)).isEqualTo(new NonFiniteCount(2, 1, 0));
    assertThat(GradientNorms.norm(array, NormType.L2)).isNaN();
  }

  @Test
  void measuresEmptyArraysAsZero() {
    for (INDArray empty : List.of(Nd4j.empty(DataType.FLOAT), Nd4j.create(DataType.DOUBLE, 0, 3))) {
      assertThat(GradientNorms.norm(empty, NormType.L2)).isZero();
      assertThat(GradientNorms.nonFinite(empty)).isEqualTo(NonFiniteCount.NONE);
    }
    assertThat(GradientNorms.global(List.of(), NormType.L2)).isZero();
    assertThat(GradientNorms.isFinite(Double.POSITIVE_INFINITY, List.of(Nd4j.empty()))).isTrue();
  }

  @Test
  void combinesArraysOfAllTypes() {
    List<INDArray> arrays =
        List.of(
            Nd4j.createFromArray(3.0),
            Nd4j.createFromArray(4f),
            Nd4j.createFromArray(12.0).castTo(DataType.FLOAT16),
            Nd4j.createFromArray(84.0).castTo(DataType.BFLOAT16));

    assertThat(arrays)
        .extracting(array -> GradientNorms.norm(array, NormType.L2))
        .containsExactly(3.0, 4.0, 12.0, 84.0);
    assertThat(GradientNorms.global(arrays, NormType.L2)).isEqualTo(85, within(1e-9));
    assertThat(GradientNorms.global(arrays, NormType.INF)).isEqualTo(84);
  }

  /** A norm that left double's range says nothing of the elements. */
  @Test
  void tellsAnOverflowFromAnInfiniteElement() {
    INDArray large = Nd4j.valueArrayOf(new long[] {100}, 1.7e308, DataType.DOUBLE);
    assertThat(GradientNorms.norm(large, NormType.L1)).isEqualTo(Double.POSITIVE_INFINITY);

    assertThat(GradientNorms.isFinite(Double.POSITIVE_INFINITY, List.of(large))).isTrue();
    large.putScalar(99, Double.POSITIVE_INFINITY);
    assertThat(GradientNorms.isFinite(Double.POSITIVE_INFINITY, List.of(large))).isFalse();
  }

  @Test
  void looksAtEveryArrayForNaN() {
    INDArray good = Nd4j.ones(DataType.FLOAT, 4);
    INDArray bad = Nd4j.ones(DataType.FLOAT, 4).putScalar(3, Double.NaN);

    assertThat(GradientNorms.isFinite(Double.NaN, List.of(good, bad))).isFalse();
    assertThat(GradientNorms.isFinite(2, List.of(good, good))).isTrue();
  }

  @Test
  void isThreadSafe() {
    INDArray array = Nd4j.linspace(-1, 1, 100_003, DataType.FLOAT);
    INDArray part = array.get(NDArrayIndex.interval(17, 90_000));
    double ofArray = GradientNorms.norm(array, NormType.L2);
    double ofPart = GradientNorms.norm(part, NormType.p(1.5));

    assertThat(IntStream.range(0, 200).parallel())
        .allSatisfy(
            i -> {
              assertThat(GradientNorms.norm(array, NormType.L2)).isEqualTo(ofArray);
              assertThat(GradientNorms.norm(part, NormType.p(1.5))).isEqualTo(ofPart);
            });
  }
}
