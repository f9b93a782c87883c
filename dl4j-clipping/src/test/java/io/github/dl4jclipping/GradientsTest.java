package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.internal.norm.ArrayLayout;
import io.github.dl4jclipping.norm.NormType;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

final class GradientsTest {

  /** One function of the four, called with a bound where it takes one. */
  private enum Function {
    TOTAL_NORM((bound, arrays) -> Gradients.totalNorm(NormType.L2, arrays)),
    CLIP_BY_GLOBAL_NORM(
        (bound, arrays) -> Gradients.clipByGlobalNorm(bound, NormType.L2, true, arrays)),
    CLIP_WITH_NORM((bound, arrays) -> Gradients.clipWithNorm(bound, 100, arrays)),
    CLIP_BY_VALUE(Gradients::clipByValue);

    @SuppressWarnings("ImmutableEnumChecker") // holds a function without a state
    private final BiConsumer<Double, INDArray[]> call;

    Function(BiConsumer<Double, INDArray[]> call) {
      this.call = call;
    }

    void call(double bound, INDArray... arrays) {
      call.accept(bound, arrays);
    }
  }

  @Test
  void measuresAllArraysTogetherAndLeavesThem() {
    INDArray floats = Nd4j.createFromArray(3f, -4f);
    INDArray doubles = Nd4j.createFromArray(new double[][] {{0, 12}, {0, 84}});

    assertThat(Gradients.totalNorm(NormType.L2, floats, doubles)).isEqualTo(85, within(1e-9));
    assertThat(Gradients.totalNorm(NormType.L1, floats, doubles)).isEqualTo(103);
    assertThat(Gradients.totalNorm(NormType.INF, floats, doubles)).isEqualTo(84);
    assertThat(floats).isEqualTo(Nd4j.createFromArray(3f, -4f));
    assertThat(doubles.getDouble(1, 1)).isEqualTo(84);
  }

  @Test
  void measuresNothingAsZero() {
    assertThat(Gradients.totalNorm(NormType.L2)).isZero();
    assertThat(Gradients.totalNorm(NormType.L2, Nd4j.empty(DataType.FLOAT))).isZero();
    assertThat(Gradients.clipByGlobalNorm(1, NormType.L2, true)).isZero();
  }

  @Test
  void measuresWhatIsNotFinite() {
    INDArray infinite = Nd4j.createFromArray(1f, Float.NEGATIVE_INFINITY);
    INDArray nan = Nd4j.createFromArray(1f, Float.NaN);

    assertThat(Gradients.totalNorm(NormType.L2, infinite)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(Gradients.totalNorm(NormType.INF, infinite, nan)).isNaN();
  }

  @ParameterizedTest
  @EnumSource(ArrayLayout.class)
  void clipsByGlobalNormAndReturnsTheNormBefore(ArrayLayout layout) {
    INDArray a = layout.of(DataType.FLOAT, 3, 0, 0, -4);
    INDArray b = layout.of(DataType.DOUBLE, 0, 12, 0, 0);
    INDArray c = layout.of(DataType.FLOAT16, 84, 0, 0, 0, 0, 0, 0, 0);
    double[][] before = {ArrayLayout.elements(a), ArrayLayout.elements(b), ArrayLayout.elements(c)};

    double norm = Gradients.clipByGlobalNorm(8.5, NormType.L2, true, a, b, c);

    assertThat(norm).isEqualTo(85, within(1e-9));
    double coefficient = 8.5 / (85 + 1e-6);
    assertThat(ArrayLayout.elements(a))
        .containsExactly(scaled(before[0], coefficient), within(1e-6));
    assertThat(ArrayLayout.elements(b))
        .containsExactly(scaled(before[1], coefficient), within(1e-15));
    assertThat(ArrayLayout.elements(c))
        .containsExactly(scaled(before[2], coefficient), within(5e-3));
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE", "HALF", "BFLOAT16"})
  void leavesEveryBitOfAGradientWithinTheBound(DataType type) {
    INDArray array = ArrayLayout.VECTOR.of(type, 0.1, -0.2, 0.3, 1e-30);
    double[] before = ArrayLayout.elements(array);

    double norm = Gradients.clipByGlobalNorm(1, NormType.L2, true, array);

    assertThat(norm).isEqualTo(Math.sqrt(0.14), within(2e-3));
    assertThat(ArrayLayout.elements(array)).isEqualTo(before);
  }

  /** As in PyTorch: 1e-6 is added to the norm, so a norm equal to the bound is scaled by a hair. */
  @Test
  void scalesAtTheBoundItself() {
    INDArray array = Nd4j.createFromArray(0.6, 0.8);

    assertThat(Gradients.clipByGlobalNorm(1, NormType.L2, true, array)).isEqualTo(1, within(1e-15));
    assertThat(array.getDouble(0)).isEqualTo(0.6 / (1 + 1e-6), within(1e-15)).isNotEqualTo(0.6);
  }

  @ParameterizedTest
  @MethodSource("beyondFloat")
  void clipsAGradientWhoseNormNoFloatHolds(DataType type, double element, double maxNorm) {
    INDArray array = Nd4j.valueArrayOf(new long[] {10_000}, element, type);

    double norm = Gradients.clipByGlobalNorm(maxNorm, NormType.L2, true, array);

    assertThat(norm / 100).isEqualTo(element, within(element * 1e-6));
    assertThat(Gradients.totalNorm(NormType.L2, array)).isEqualTo(maxNorm, within(maxNorm * 1e-5));
  }

  static Stream<Arguments> beyondFloat() {
    return Stream.of(
        Arguments.of(DataType.FLOAT, 3e38f, 1.0),
        Arguments.of(DataType.FLOAT, 3e38f, 1e-3),
        Arguments.of(DataType.FLOAT, 3e38f, 1e30),
        Arguments.of(DataType.DOUBLE, 1e300, 1.0),
        Arguments.of(DataType.DOUBLE, 1e305, 1e-5));
  }

  @Test
  void scalesWithANormThatIsKnown() {
    INDArray floats = Nd4j.createFromArray(8f, -2f);
    INDArray doubles = Nd4j.createFromArray(4.0);

    Gradients.clipWithNorm(1, 4, floats, doubles);

    assertThat(floats.getDouble(0)).isEqualTo(2, within(1e-5));
    assertThat(doubles.getDouble(0)).isEqualTo(4 / (4 + 1e-6), within(1e-15));
    INDArray within = Nd4j.createFromArray(8f, -2f);
    Gradients.clipWithNorm(1, 0.5, within);
    Gradients.clipWithNorm(1, 0, within);
    assertThat(within).isEqualTo(Nd4j.createFromArray(8f, -2f));
  }

  @ParameterizedTest
  @EnumSource(ArrayLayout.class)
  void clipsByValue(ArrayLayout layout) {
    INDArray floats = layout.of(DataType.FLOAT, 3, -3, 0.5, Double.NaN);
    INDArray doubles = layout.of(DataType.DOUBLE, Double.POSITIVE_INFINITY, -0.25, 0, 1);

    Gradients.clipByValue(1, floats, doubles);

    assertThat(ArrayLayout.elements(floats)).containsExactlyInAnyOrder(1, -1, 0.5, Double.NaN);
    assertThat(ArrayLayout.elements(doubles)).containsExactlyInAnyOrder(1, -0.25, 0, 1);
  }

  @Test
  void takesEmptyArraysAndScalars() {
    INDArray scalar = Nd4j.scalar(30f);
    INDArray empty = Nd4j.empty(DataType.DOUBLE);

    assertThat(Gradients.clipByGlobalNorm(3, NormType.L2, true, empty, scalar)).isEqualTo(30);
    assertThat(scalar.getDouble()).isEqualTo(3, within(1e-5));
    Gradients.clipByValue(2, empty, scalar);
    assertThat(scalar.getDouble()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Function.class)
  void refusesANullArrayByItsIndex(Function function) {
    INDArray good = Nd4j.createFromArray(30f, 40f);

    assertThatNullPointerException()
        .isThrownBy(() -> function.call(1, good, null))
        .withMessage("gradients[1] must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> function.call(1, (INDArray[]) null))
        .withMessage("gradients must not be null");
    assertThat(good).isEqualTo(Nd4j.createFromArray(30f, 40f));
  }

  @ParameterizedTest
  @EnumSource(Function.class)
  void refusesATypeThatIsNoFloat(Function function) {
    INDArray good = Nd4j.createFromArray(30f, 40f);
    for (INDArray bad : List.of(Nd4j.createFromArray(1, 2), Nd4j.createFromArray(true))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> function.call(1, good, good, bad))
          .withMessage("gradients[2] must be of a floating-point type, but was " + bad.dataType());
    }
    assertThat(good).isEqualTo(Nd4j.createFromArray(30f, 40f));
  }

  /** An array that is no longer there: its memory was given back, or is somebody else's by now. */
  private enum Gone {
    CLOSED("must not be closed"),
    VIEW("must not be closed"),
    VIEW_OF_VIEW("must not be closed"),
    LEFT_WORKSPACE("workspace GradientsTest was closed since"),
    VIEW_OF_LEFT_WORKSPACE("workspace GradientsTest was closed since");

    private static final WorkspaceConfiguration WORKSPACE =
        WorkspaceConfiguration.builder().initialSize(1 << 16).build();

    private final String message;

    Gone(String message) {
      this.message = message;
    }

    INDArray array(DataType type) {
      if (message.contains("workspace")) {
        try (MemoryWorkspace open = open()) {
          assertThat(open.isScopeActive()).isTrue();
          INDArray array = Nd4j.ones(type, 100);
          return this == LEFT_WORKSPACE ? array : array.get(NDArrayIndex.interval(10, 50));
        }
      }
      INDArray array = Nd4j.ones(type, 100);
      INDArray view = array.get(NDArrayIndex.interval(10, 50));
      INDArray viewOfView = view.get(NDArrayIndex.interval(2, 20));
      array.close();
      return this == CLOSED ? array : this == VIEW ? view : viewOfView;
    }

    static MemoryWorkspace open() {
      return Nd4j.getWorkspaceManager().getAndActivateWorkspace(WORKSPACE, "GradientsTest");
    }
  }

  /** The JVM died of some of these, and the good ones were changed before others threw. */
  @ParameterizedTest
  @EnumSource
  void refusesAnArrayThatIsNoLongerThere(Gone gone) {
    INDArray good = Nd4j.createFromArray(30f, 40f);
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16)) {
      INDArray bad = gone.array(type);
      for (Function function : Function.values()) {
        assertThatIllegalArgumentException()
            .as("%s of %s", function, type)
            .isThrownBy(() -> function.call(1, good, bad, good))
            .withMessageStartingWith("gradients[1] must ")
            .withMessageContaining(gone.message)
            .withMessageContaining("Nothing was changed.");
      }
    }
    assertThat(good).isEqualTo(Nd4j.createFromArray(30f, 40f));
  }

  @ParameterizedTest
  @EnumSource(Function.class)
  void leavesTheArrayThatTookThePlaceOfAnother(Function function) {
    INDArray leaked = Gone.LEFT_WORKSPACE.array(DataType.FLOAT);
    try (MemoryWorkspace reopened = Gone.open()) {
      INDArray other = Nd4j.ones(DataType.FLOAT, 100);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> function.call(0.5, leaked))
          .withMessageContaining(reopened.getId() + " was closed and has been opened anew since");
      assertThat(other.sumNumber().doubleValue()).isEqualTo(100);
    }
  }

  @ParameterizedTest
  @EnumSource(Function.class)
  void takesArraysOfAnOpenWorkspaceAndViewsOfThem(Function function) {
    try (MemoryWorkspace open = Gone.open()) {
      INDArray array = Nd4j.ones(DataType.FLOAT, 100);
      assertThat(array.isAttached()).isTrue();
      function.call(0.5, array, array.get(NDArrayIndex.interval(10, 50)));
      try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
        function.call(0.5, array);
      }
      assertThat(open.isScopeActive()).isTrue();
    }
  }

  static Stream<Arguments> badBounds() {
    return Stream.of(Double.NaN, 0.0, -1.0, Double.POSITIVE_INFINITY)
        .flatMap(
            bound ->
                Stream.of(
                    Arguments.of(Function.CLIP_BY_GLOBAL_NORM, bound, "maxNorm"),
                    Arguments.of(Function.CLIP_WITH_NORM, bound, "maxNorm"),
                    Arguments.of(Function.CLIP_BY_VALUE, bound, "clipValue")));
  }

  @ParameterizedTest
  @MethodSource("badBounds")
  void refusesABoundThatIsNone(Function function, double bound, String name) {
    INDArray array = Nd4j.createFromArray(30f, 40f);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> function.call(bound, array))
        .withMessage(name + " must be finite and > 0, but was " + bound);
    assertThat(array).isEqualTo(Nd4j.createFromArray(30f, 40f));
  }

  @Test
  void refusesANegativeNormAndNoNormType() {
    INDArray array = Nd4j.createFromArray(30f, 40f);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gradients.clipWithNorm(1, -2, array))
        .withMessage("totalNorm must be >= 0, but was -2.0");
    assertThatNullPointerException()
        .isThrownBy(() -> Gradients.totalNorm(null, array))
        .withMessage("type must not be null");
    assertThatNullPointerException()
        .isThrownBy(() -> Gradients.clipByGlobalNorm(1, null, true, array))
        .withMessage("type must not be null");
    assertThat(array).isEqualTo(Nd4j.createFromArray(30f, 40f));
  }

  private static double[] scaled(double[] elements, double factor) {
    return Arrays.stream(elements).map(x -> x * factor).toArray();
  }
}
