package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.norm.JavaSerialization;
import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** NaN and infinities are noticed under every norm type, wherever they sit. */
final class MeasureNonFiniteTest {

  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final int SIZE = 2 * MemoryReader.BLOCK + 37;
  private static final int[] POSITIONS = {
    0,
    1,
    SIZE / 2,
    MemoryReader.BLOCK - 1,
    MemoryReader.BLOCK,
    MemoryReader.BLOCK + 1,
    2 * MemoryReader.BLOCK,
    SIZE - 1
  };

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataAndNormTypes")
  void noticesNaN(Path path, DataType dataType, NormType type) {
    for (int position : POSITIONS) {
      INDArray array = ones(dataType).putScalar(position, Double.NaN);

      assertThat(path.measure.norm(array, type)).as("at %s", position).isNaN();
    }
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataAndNormTypes")
  void noticesInfinity(Path path, DataType dataType, NormType type) {
    for (int position : POSITIONS) {
      INDArray array = ones(dataType).putScalar(position, INFINITY);
      INDArray negative = ones(dataType).putScalar(position, -INFINITY);

      assertThat(path.measure.norm(array, type)).as("at %s", position).isEqualTo(INFINITY);
      assertThat(path.measure.norm(negative, type)).as("at %s", position).isEqualTo(INFINITY);
    }
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataAndNormTypes")
  void letsNaNWinOverInfinity(Path path, DataType dataType, NormType type) {
    int[][] pairs = {{0, 1}, {1, 0}, {0, SIZE - 1}, {SIZE - 1, 0}, {MemoryReader.BLOCK, 3}};
    for (int[] pair : pairs) {
      INDArray array = ones(dataType).putScalar(pair[0], Double.NaN).putScalar(pair[1], -INFINITY);

      assertThat(path.measure.norm(array, type)).as("at %s", (Object) pair).isNaN();
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataTypes")
  void countsEachKindAtEveryPosition(Path path, DataType dataType) {
    for (int position : POSITIONS) {
      assertThat(path.measure.nonFinite(ones(dataType).putScalar(position, Double.NaN)))
          .isEqualTo(new NonFiniteCount(1, 0, 0));
      assertThat(path.measure.nonFinite(ones(dataType).putScalar(position, INFINITY)))
          .isEqualTo(new NonFiniteCount(0, 1, 0));
      assertThat(path.measure.nonFinite(ones(dataType).putScalar(position, -INFINITY)))
          .isEqualTo(new NonFiniteCount(0, 0, 1));
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataTypes")
  void countsAllKindsTogether(Path path, DataType dataType) {
    INDArray array = ones(dataType);
    for (int i = 0; i < 3; i++) {
      array.putScalar(i * (long) MemoryReader.BLOCK / 2, Double.NaN);
    }
    array.putScalar(5, INFINITY).putScalar(SIZE - 1, INFINITY).putScalar(6, -INFINITY);

    NonFiniteCount count = path.measure.nonFinite(array);

    assertThat(count).isEqualTo(new NonFiniteCount(3, 2, 1));
    assertThat(count.total()).isEqualTo(6);
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("allNonFinite")
  void noticesWhenNothingIsFinite(Path path, DataType dataType, double element, double norm) {
    INDArray array = ones(dataType);
    for (int i = 0; i < SIZE; i++) {
      array.putScalar(i, element);
    }
    for (NormType type : Path.NORM_TYPES) {
      assertThat(path.measure.norm(array, type)).as(type.toString()).isEqualTo((Double) norm);
    }
    assertThat(path.measure.nonFinite(array).total()).isEqualTo(SIZE);
  }

  static Stream<Arguments> allNonFinite() {
    return Path.withDataTypes()
        .map(Arguments::get)
        .flatMap(
            pair ->
                Stream.of(
                    Arguments.of(pair[0], pair[1], Double.NaN, Double.NaN),
                    Arguments.of(pair[0], pair[1], -INFINITY, INFINITY)));
  }

  /** Operations copy a million elements at a time. */
  @Test
  void noticesNaNPastTheFirstMillion() {
    int size = (1 << 20) + 3;
    for (int position : new int[] {(1 << 20) - 1, 1 << 20, size - 1}) {
      INDArray array = Nd4j.ones(DataType.FLOAT, size).putScalar(position, Double.NaN);

      assertThat(OpsMeasure.INSTANCE.norm(array, NormType.L2)).isNaN();
      assertThat(OpsMeasure.INSTANCE.nonFinite(array)).isEqualTo(new NonFiniteCount(1, 0, 0));
    }
  }

  @Test
  void survivesSerialisation() {
    NonFiniteCount count = new NonFiniteCount(1, 2, 3);

    assertThat(JavaSerialization.roundTrip(count)).isEqualTo(count);
  }

  private static INDArray ones(DataType type) {
    return Nd4j.ones(type, SIZE);
  }
}
