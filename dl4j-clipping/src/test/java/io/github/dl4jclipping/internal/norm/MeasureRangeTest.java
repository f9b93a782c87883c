package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A finite gradient is never measured as non-finite, and a tiny one never as 0. */
final class MeasureRangeTest {

  private static final int SIZE = 10_000;

  static Stream<Arguments> extremes() {
    return Path.withDataTypes()
        .flatMap(
            pair ->
                Arrays.stream(magnitudes((DataType) pair.get()[1]))
                    .mapToObj(x -> Arguments.of(pair.get()[0], pair.get()[1], x)));
  }

  private static double[] magnitudes(DataType type) {
    return switch (type) {
      case DOUBLE ->
          new double[] {1e299, 1e200, 1e155, 1e-155, 1e-170, 1e-300, 1e-310, Double.MIN_VALUE};
      case HALF -> new double[] {65504, 1e-3, 6.1e-5, 6e-8};
      case BFLOAT16 -> new double[] {3.3e38, 1e38, 1e25, 1e-18, 1e-38, 1e-40};
      default -> new double[] {3.3e38, 1e38, 1e25, 2e18, 1e-18, 1e-25, 1e-38, 1e-40, 1.5e-45};
    };
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("extremes")
  void measuresEqualElements(Path path, DataType dataType, double magnitude) {
    INDArray array = array(dataType, magnitude);
    double element = array.getDouble(0);
    assertThat(element).as("the type holds it").isFinite().isPositive();

    for (NormType type : Path.NORM_TYPES) {
      double exact = element * Math.pow(SIZE, 1 / type.order());
      assertThat(path.measure.norm(array, type))
          .as(type.toString())
          .isCloseTo(exact, Offset.offset(1e-6 * exact));
    }
    assertThat(path.measure.nonFinite(array)).isEqualTo(NonFiniteCount.NONE);
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("extremes")
  void measuresASingleElementAmongZeros(Path path, DataType dataType, double magnitude) {
    INDArray array = Nd4j.zeros(dataType, SIZE);
    array.putScalar(SIZE - 1, -magnitude);
    double element = -array.getDouble(SIZE - 1);

    for (NormType type : Path.NORM_TYPES) {
      assertThat(path.measure.norm(array, type))
          .as(type.toString())
          .isCloseTo(element, Offset.offset(1e-6 * element));
    }
  }

  private static INDArray array(DataType type, double element) {
    double[] values = new double[SIZE];
    Arrays.fill(values, element);
    return Nd4j.createFromArray(values).castTo(type);
  }
}
