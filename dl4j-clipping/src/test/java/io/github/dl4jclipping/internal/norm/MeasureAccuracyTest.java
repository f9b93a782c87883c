package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.norm.NormType;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Norms against sums in double precision. {@link LargeGradientTest} has the large arrays. */
final class MeasureAccuracyTest {

  private static final double PROMISED = 1e-6;
  private static final int[] SIZES = {1, 2, 31, 1000, 8191, 8192, 8193, 50_000};

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataAndNormTypes")
  void ofStandardNormals(Path path, DataType dataType, NormType type) {
    Random random = new Random(7);
    for (int size : SIZES) {
      INDArray array = array(dataType, size, i -> random.nextGaussian());
      assertAccurate(path, array, type);
    }
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataAndNormTypes")
  void ofOneThousandths(Path path, DataType dataType, NormType type) {
    assertAccurate(path, array(dataType, 50_000, i -> 1e-3), type);
  }

  /** Added up in float, the many small ones beside a large one would be lost. */
  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataAndNormTypes")
  void ofManySmallElementsBesideALargeOne(Path path, DataType dataType, NormType type) {
    for (double small : new double[] {2.4e-4, 2.3e-4, 1e-5, 5.9e-8, 2.9e-8}) {
      INDArray array = array(dataType, 3 * 8192, i -> i % 8192 == 0 ? 1 : small);
      assertAccurate(path, array, type);
    }
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataAndNormTypes")
  void ofElementsOfEveryMagnitude(Path path, DataType dataType, NormType type) {
    Random random = new Random(11);
    assertAccurate(
        path,
        array(dataType, 20_000, i -> random.nextGaussian() * Math.pow(10, -random.nextInt(8))),
        type);
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataAndNormTypes")
  void ofZeros(Path path, DataType dataType, NormType type) {
    assertThat(path.measure.norm(Nd4j.zeros(dataType, 100), type)).isZero();
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("io.github.dl4jclipping.internal.norm.Path#withDataAndNormTypes")
  void ofAScalar(Path path, DataType dataType, NormType type) {
    assertThat(path.measure.norm(Nd4j.scalar(dataType, -1.5), type))
        .isCloseTo(1.5, Offset.offset(1e-15));
  }

  @Test
  void readsEveryHalf() {
    float[] finite = new float[65536];
    INDArray halves = Nd4j.zeros(DataType.FLOAT16, finite.length);
    double sum = 0;
    for (int i = 0; i < finite.length; i++) {
      boolean isFinite = (i & 0x7c00) != 0x7c00;
      finite[i] = isFinite ? decoded(i) : 0;
      sum += Math.abs(finite[i]);
    }
    halves.assign(Nd4j.createFromArray(finite).castTo(DataType.FLOAT16));

    assertThat(CpuMeasure.INSTANCE.norm(halves, NormType.L1))
        .isCloseTo(sum, Offset.offset(1e-12 * sum));
    assertThat(CpuMeasure.INSTANCE.norm(halves, NormType.INF)).isEqualTo(65504);
  }

  /** IEEE 754 binary16, straight from its definition. */
  private static float decoded(int half) {
    int exponent = half >> 10 & 31;
    int fraction = half & 1023;
    double magnitude =
        exponent == 0 ? fraction * 0x1p-24 : (1 + fraction / 1024.0) * Math.pow(2, exponent - 15);
    return (float) (half >> 15 == 0 ? magnitude : -magnitude);
  }

  private static INDArray array(DataType type, int size, IntToDoubleFunction element) {
    double[] values = new double[size];
    Arrays.setAll(values, element);
    return Nd4j.createFromArray(values).castTo(type);
  }

  private static void assertAccurate(Path path, INDArray array, NormType type) {
    double exact = exact(ArrayLayout.elements(array), type.order());
    assertThat(path.measure.norm(array, type))
        .as("%s elements", array.length())
        .isCloseTo(exact, Offset.offset(PROMISED * exact));
  }

  private static double exact(double[] elements, double order) {
    if (order == Double.POSITIVE_INFINITY) {
      return Arrays.stream(elements).map(Math::abs).max().orElse(0);
    }
    double sum = 0;
    for (double element : elements) {
      sum += Math.pow(Math.abs(element), order);
    }
    return Math.pow(sum, 1 / order);
  }
}
