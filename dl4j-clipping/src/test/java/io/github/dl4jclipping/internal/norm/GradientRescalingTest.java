package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.ShortPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Rescaling against arithmetic, element by element, in every type and layout. */
final class GradientRescalingTest {

  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final double[] FINITE = {1, -2, 3.5, 0, -0.25, 100, 7, 8, -9, 10, 11, 12};
  private static final double[] BROKEN = {
    1, Double.NaN, INFINITY, -INFINITY, 0, -2, 3, 4, 5, 6, 7, Double.NaN
  };
  private static final List<DataType> TYPES =
      List.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16);

  static Stream<Arguments> arrays() {
    return TYPES.stream()
        .flatMap(type -> Stream.of(ArrayLayout.values()).map(layout -> Arguments.of(type, layout)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void scales(DataType type, ArrayLayout layout) {
    for (double factor : new double[] {0.5, 0.3, 0.999, 1 / 3.0, 1e-3, -0.7, 0, 3}) {
      assertScaled(layout.of(type, FINITE), factor);
      assertScaled(layout.of(type, BROKEN), factor);
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void scalesByWhatIsNotFinite(DataType type, ArrayLayout layout) {
    for (double factor : new double[] {Double.NaN, INFINITY, -INFINITY}) {
      assertScaled(layout.of(type, FINITE), factor);
      assertScaled(layout.of(type, BROKEN), factor);
    }
  }

  /** A factor that as a float would lose digits, or be 0. */
  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void scalesBySmallFactors(DataType type, ArrayLayout layout) {
    double large = type == DataType.FLOAT16 ? 1 : type == DataType.DOUBLE ? 1e305 : 1e36;
    double[] values = Arrays.stream(FINITE).map(x -> x * large).toArray();
    for (double factor : new double[] {1e-20, 1e-29, 1e-31, 1e-35, 3e-40, 1e-45}) {
      assertScaled(layout.of(type, values), factor);
      assertScaled(layout.of(type, BROKEN), factor);
    }
  }

  /** As a float the factor of a unit lost digits below 1e-38, and was infinite above 3e38. */
  @ParameterizedTest
  @ValueSource(strings = {"FLOAT", "DOUBLE", "HALF", "BFLOAT16"})
  void scalesUnitsByFactorsThatNoFloatHolds(DataType type) {
    double large = type == DataType.FLOAT16 ? 6e4 : 1e38;
    double[] factors = {3e-44, 7e-43, 1, 0, 1e-39, 0.3, 1e-60, 1e4 * large};
    double[] elements = {large, large, large, large, large, large, large, 1 / large};
    for (Units units : List.of(new Units(8, 1), new Units(8, 40))) {
      int run = (int) units.run();
      double[] values = new double[16 * run]; // two rounds of every unit where runs are short
      Arrays.setAll(values, i -> elements[i / run % 8]);
      double[] some = run > 1 ? Arrays.copyOf(values, 8 * run) : values;
      INDArray array = Nd4j.createFromArray(some).castTo(type);
      double[] before = ArrayLayout.elements(array);

      GradientRescaling.rescaleUnits(Stretch.whole(array), units, factors);

      double[] after = ArrayLayout.elements(array);
      for (int i = 0; i < before.length; i++) {
        double exact = before[i] * factors[i / run % 8];
        assertThat(after[i])
            .as("%s of unit %s, runs of %s", before[i], i / run % 8, run)
            .isCloseTo(exact, Offset.offset(tolerance(type, exact)));
      }
    }
  }

  @Test
  void scalesDoublesByFactorsBelowDenormalFloats() {
    for (double factor : new double[] {1e-100, 1e-200, 1e-300, 1e-310}) {
      INDArray array = Nd4j.createFromArray(1e305, -3e300);
      assertScaled(array, factor);
    }
  }

  /** Enough to be multiplied by a table, on several threads. */
  @ParameterizedTest
  @ValueSource(doubles = {0.3, 1.7, -1e-3, 1e-6, 300})
  void scalesManyHalvesAsFew(double factor) {
    INDArray few = Nd4j.rand(DataType.DOUBLE, 1000).subi(0.5).muli(100).castTo(DataType.FLOAT16);
    INDArray many = Nd4j.tile(few, 700);
    INDArray expected = few.dup();

    GradientRescaling.rescale(expected, factor);
    GradientRescaling.rescale(many, factor);

    assertThat(many).isEqualTo(Nd4j.tile(expected, 700));
    assertThat(many.length()).isGreaterThan(2 * Pieces.BOUND_BY_PROCESSOR);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void dividesToTheBitAsNd4jDoes(DataType type, ArrayLayout layout) {
    double tiny =
        type == DataType.DOUBLE
            ? Double.MIN_VALUE
            : type == DataType.FLOAT16 ? 6e-8 : Float.MIN_VALUE;
    double[] values = {1 / 3.0, -tiny, 3 * tiny, 1000 * tiny, 6e4, -0.1, -0.0, 0, 7, 1e-5, 9, 5};
    for (int divisor = 1; divisor <= 70; divisor++) {
      for (double[] elements : new double[][] {values, BROKEN}) {
        INDArray array = layout.of(type, elements);
        INDArray expected = array.dup().divi(divisor);

        GradientRescaling.divide(List.of(array, Nd4j.empty(type)), divisor);

        assertThat(ArrayLayout.elements(array))
            .as("divided by %s", divisor)
            .containsExactly(ArrayLayout.elements(expected));
      }
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void leavesEveryBitAtFactorOne(DataType type, ArrayLayout layout) {
    INDArray array = layout.of(type, BROKEN);
    double[] before = ArrayLayout.elements(array);

    GradientRescaling.rescale(array, 1);

    assertThat(ArrayLayout.elements(array)).isEqualTo(before);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void clamps(DataType type, ArrayLayout layout) {
    for (double bound : new double[] {1, 0.1, 3, 8, 1e-3, 1000}) {
      INDArray array = layout.of(type, BROKEN);
      assertChanged(
          array,
          () -> GradientRescaling.clamp(List.of(array), bound),
          x -> Double.isNaN(x) ? x : Math.max(-bound, Math.min(bound, x)));
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("arrays")
  void zeroesWhatIsNotFinite(DataType type, ArrayLayout layout) {
    INDArray array = layout.of(type, BROKEN);
    double[] expected =
        Arrays.stream(ArrayLayout.elements(array)).map(x -> Double.isFinite(x) ? x : 0).toArray();

    GradientRescaling.zeroNonFinite(List.of(array));

    assertThat(ArrayLayout.elements(array)).isEqualTo(expected);
  }

  @Test
  void leavesTheNeighboursOfAView() {
    for (DataType type : TYPES) {
      INDArray whole = Nd4j.valueArrayOf(new long[] {4, 6}, 5.0, type);
      INDArray inside = whole.get(NDArrayIndex.interval(1, 3), NDArrayIndex.interval(2, 4));
      inside.putScalar(0, 0, Double.NaN);

      GradientRescaling.rescale(inside, 0.5);
      GradientRescaling.rescale(inside, 1e-31);
      GradientRescaling.clamp(List.of(inside), 1e-3);
      GradientRescaling.zeroNonFinite(List.of(inside));
      GradientRescaling.rescale(inside, 0);

      assertThat(inside.sumNumber().doubleValue()).isZero();
      assertThat(whole.sumNumber().doubleValue()).isEqualTo(5.0 * 20);
    }
  }

  @Test
  void changesScalars() {
    for (DataType type : TYPES) {
      assertScaled(Nd4j.scalar(type, 3), 0.5);
      assertScaled(Nd4j.scalar(type, 3), 0);
      assertScaled(Nd4j.scalar(type, 3), Double.NaN);
      assertScaled(Nd4j.scalar(type, 3), 1e-33);
      assertScaled(Nd4j.scalar(type, INFINITY), 0);
      INDArray clamped = Nd4j.scalar(type, 3);
      GradientRescaling.clamp(List.of(clamped), 2);
      assertThat(clamped.getDouble()).isEqualTo(2);
      INDArray zeroed = Nd4j.scalar(type, -INFINITY);
      GradientRescaling.zeroNonFinite(List.of(zeroed));
      assertThat(zeroed.getDouble()).isZero();
    }
  }

  @Test
  void passesOverEmptyArrays() {
    for (DataType type : TYPES) {
      for (INDArray empty : List.of(Nd4j.empty(type), Nd4j.create(type, 0, 3))) {
        GradientRescaling.rescale(List.of(empty), 0.5);
        GradientRescaling.rescale(List.of(empty), 0);
        GradientRescaling.clamp(List.of(empty), 1);
        GradientRescaling.zeroNonFinite(List.of(empty));

        assertThat(empty.isEmpty()).isTrue();
      }
    }
  }

  @Test
  void changesEveryArrayOfAList() {
    INDArray floats = Nd4j.createFromArray(2f, INFINITY);
    INDArray doubles = Nd4j.createFromArray(-8.0, Double.NaN);
    List<INDArray> arrays = List.of(floats, doubles);

    GradientRescaling.zeroNonFinite(arrays);
    GradientRescaling.rescale(arrays, 0.5);
    GradientRescaling.clamp(arrays, 3);

    assertThat(ArrayLayout.elements(floats)).containsExactly(1, 0);
    assertThat(ArrayLayout.elements(doubles)).containsExactly(-3, 0);
  }

  /** OpenBLAS may run on several threads from about a million elements. */
  @Test
  void scalesMoreThanAMillion() {
    INDArray array = Nd4j.ones(DataType.FLOAT, 1_100_003);

    GradientRescaling.rescale(array, 0.25);

    assertThat(array.minNumber().doubleValue()).isEqualTo(0.25);
    assertThat(array.maxNumber().doubleValue()).isEqualTo(0.25);
  }

  @Test
  void changesArraysFromOutsideAnOpenWorkspace() {
    WorkspaceConfiguration small = WorkspaceConfiguration.builder().initialSize(1 << 10).build();
    for (DataType type : TYPES) {
      INDArray array = ArrayLayout.VECTOR.of(type, FINITE);
      try (MemoryWorkspace workspace =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace(small, "GradientRescalingTest")) {
        assertThat(workspace.isScopeActive()).isTrue();
        GradientRescaling.rescale(array, 0.5);
        GradientRescaling.rescale(array, 0);
      }
      assertThat(array.sumNumber().doubleValue()).isZero();
    }
  }

  private static void assertScaled(INDArray array, double factor) {
    assertChanged(array, () -> GradientRescaling.rescale(array, factor), x -> x * factor);
  }

  private static void assertChanged(INDArray array, Runnable change, DoubleUnaryOperator expected) {
    double[] before = ArrayLayout.elements(array);
    change.run();
    double[] after = ArrayLayout.elements(array);
    assertThat(after).hasSameSizeAs(before);
    for (int i = 0; i < before.length; i++) {
      double exact = expected.applyAsDouble(before[i]);
      if (Double.isFinite(exact)) {
        assertThat(after[i])
            .as("%s became %s", before[i], after[i])
            .isCloseTo(exact, Offset.offset(tolerance(array.dataType(), exact)));
      } else {
        assertThat(after[i]).as("%s became %s", before[i], after[i]).isEqualTo((Double) exact);
      }
    }
  }

  /** The rounding of the result, with that of the factor for FLOAT; and of the smallest values. */
  private static double tolerance(DataType type, double exact) {
    return switch (type) {
      case DOUBLE -> Math.ulp(exact);
      case HALF -> 0x1.01p-11 * Math.abs(exact) + 0x1p-24;
      case BFLOAT16 -> 0x1.01p-7 * Math.abs(exact) + 0x1p-133;
      default -> 0x1.01p-23 * Math.abs(exact) + Float.MIN_VALUE;
    };
  }

  /** ND4J's own conditions know the first of these alone. */
  @ParameterizedTest
  @ValueSource(ints = {0x7fff, 0x7e00, 0xfe00, 0xffff, 0x7c01, 0x7d00, 0x7c00, 0xfc00})
  void zeroesEveryBitPatternOfHalf(int bits) {
    INDArray array = Nd4j.ones(DataType.FLOAT16, 3);
    ((ShortPointer) array.data().addressPointer()).put(1, (short) bits);

    GradientRescaling.zeroNonFinite(List.of(array));

    assertThat(array.castTo(DataType.DOUBLE).toDoubleVector()).containsExactly(1, 0, 1);
  }

  @Test
  void keepsLargeFiniteElements() {
    for (DataType type : TYPES) {
      double large = type == DataType.FLOAT16 ? 65504 : type == DataType.DOUBLE ? 1e308 : 3e38;
      INDArray array = Nd4j.createFromArray(large, -large, 1.0).castTo(type);
      INDArray before = array.dup();

      GradientRescaling.zeroNonFinite(List.of(array));

      assertThat(array.castTo(DataType.DOUBLE).toDoubleVector())
          .isEqualTo(before.castTo(DataType.DOUBLE).toDoubleVector());
    }
  }
}
