package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.ShortPointer;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.blas.Level1;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.conditions.Conditions;

/** ND4J's arithmetic, and that of the BLAS below it, as docs/dl4j-notes.md states it. */
class ReductionsTest {

  private static final Level1 BLAS = Nd4j.getBlasWrapper().level1();

  private static INDArray floats(int length, double value) {
    return Nd4j.valueArrayOf(new long[] {length}, value, DataType.FLOAT);
  }

  @Test
  void norm2LosesDigitsThatNrm2Keeps() {
    int length = 1 << 24;
    double exact = Math.sqrt(length) * 1e-3;
    try (INDArray array = floats(length, 1e-3)) {
      assertThat(array.norm2Number().doubleValue() / exact).isNotCloseTo(1, within(0.01));
      assertThat(BLAS.nrm2(array) / exact).isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void norm2OverflowsAndUnderflowsWhereNrm2DoesNot() {
    double root = Math.sqrt(1000);
    assertThat(floats(1000, 1e25).norm2Number().doubleValue()).isInfinite();
    assertThat(floats(1000, 1e-30).norm2Number().doubleValue()).isZero();
    assertThat(BLAS.nrm2(floats(1000, 1e25)) / (root * 1e25)).isCloseTo(1, within(1e-6));
    assertThat(BLAS.nrm2(floats(1000, 1e-30)) / (root * 1e-30)).isCloseTo(1, within(1e-6));
  }

  @Test
  void nrm2OfFloatsIsAFloat() {
    assertThat(BLAS.nrm2(floats(1000, 1e38))).isInfinite();
  }

  @Test
  void theLargestMagnitudePassesOverNaN() {
    INDArray array = floats(100, 1);
    array.putScalar(5, Float.NaN);
    float[] elements = array.toFloatVector();

    assertThat(array.amaxNumber().doubleValue()).isEqualTo(1);
    assertThat(array.normmaxNumber().doubleValue()).isEqualTo(1);
    int largest = (int) openblas_nolapack.cblas_isamax(100, elements, 1);
    assertThat(elements[largest]).isEqualTo(1);
    assertThat(openblas_nolapack.cblas_sdot(100, elements, 1, elements, 1)).isNaN();
  }

  @Test
  void nrm2AndDotTakeNoHalf() {
    INDArray half = Nd4j.ones(DataType.FLOAT16, 10);

    assertThatThrownBy(() -> BLAS.nrm2(half)).isInstanceOf(ClassCastException.class);
    assertThatThrownBy(() -> BLAS.dot(10, 1, half, half))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void scalByZeroAndByNaNMakesZeros() {
    float[] elements = {1, Float.NaN, Float.POSITIVE_INFINITY};
    openblas_nolapack.cblas_sscal(3, 0, elements, 1);
    assertThat(elements).containsOnly(0);

    INDArray array = floats(2, 1);
    BLAS.scal(2, Double.NaN, array);
    assertThat(array.isNaN().any()).isFalse();
  }

  @Test
  void aPlainNaNOperandIsReadAsAnotherNumber() {
    assertThat(floats(1, 2).muli(Double.NaN).getDouble(0)).isCloseTo(2e-5, within(1e-9));
    assertThat(floats(1, 2).addi(Double.NaN).getDouble(0)).isCloseTo(2, within(1e-4));
    assertThat(floats(1, 2).muli(Nd4j.scalar(Float.NaN)).getDouble(0)).isNaN();
  }

  @Test
  void assigningAScalarArraySetsOneElement() {
    assertThat(floats(2, 1).assign(Nd4j.scalar(5f)).toFloatVector()).containsExactly(5, 1);
    assertThat(floats(2, 1).assign(5).toFloatVector()).containsExactly(5, 5);
  }

  @Test
  void clipByValueLeavesNaN() {
    INDArray array = Nd4j.createFromArray(2f, Float.NaN);
    Nd4j.getExecutioner()
        .exec(
            DynamicCustomOp.builder("clipbyvalue")
                .addInputs(array)
                .callInplace(true)
                .addFloatingPointArguments(-1.0, 1.0)
                .build());

    assertThat(array.toFloatVector()).containsExactly(1, Float.NaN);
  }

  @Test
  void theAddressOfAViewIsThatOfTheWholeArray() {
    INDArray whole = Nd4j.ones(10, 10);
    INDArray view = whole.get(NDArrayIndex.interval(3, 5));

    assertThat(view.data().address()).isEqualTo(whole.data().address());
    assertThat(view.data().addressPointer().address() - whole.data().address())
        .isEqualTo(30 * Float.BYTES);
    assertThat(view.offset()).isEqualTo(30);
  }

  @Test
  void castingToTheSameTypeGivesTheSameArray() {
    INDArray array = floats(2, 1);

    assertThat(array.castTo(DataType.FLOAT)).isSameAs(array);
  }

  @Test
  void equalsAllowsForADifference() {
    assertThat(floats(1, 1).equals(floats(1, 1.000005))).isTrue();
    assertThat(floats(1, 1).equals(floats(1, 1.001))).isFalse();
  }

  @Test
  void in16BitsConditionsMissNaNAndMatchLargeNumbers() {
    INDArray half = Nd4j.zeros(DataType.FLOAT16, 2);
    ShortPointer bits = new ShortPointer(half.data().pointer());
    bits.put(0, (short) 0x7e00).put(1, (short) 0x7fff);
    BooleanIndexing.replaceWhere(half, 0.0, Conditions.isNan());
    assertThat(new short[] {bits.get(0), bits.get(1)}).containsExactly((short) 0x7e00, (short) 0);

    INDArray large = Nd4j.valueArrayOf(new long[] {2}, 1e38, DataType.BFLOAT16);
    BooleanIndexing.replaceWhere(large, 0.0, Conditions.isInfinite());
    assertThat(large.castTo(DataType.FLOAT).toFloatVector()).containsOnly(0);
  }

  /** 1 + 2^-11 lies in the middle between two neighbours, of which 1 is the even one. */
  @Test
  void nd4jRoundsToEvenWhereJavaCppRoundsUp() {
    float middle = 1 + 0x1p-11f;

    assertThat(Nd4j.createFromArray(middle).castTo(DataType.FLOAT16).getDouble(0)).isEqualTo(1);
    assertThat(HalfIndexer.toFloat(HalfIndexer.fromFloat(middle))).isGreaterThan(1);
  }

  @Test
  void halfReachesFrom6em8To65504() {
    float[] values = {1e-7f, 2.9e-8f, 3.1e-8f, 65519, 65520};
    INDArray half = Nd4j.createFromArray(values).castTo(DataType.FLOAT16);

    assertThat(half.castTo(DataType.DOUBLE).toDoubleVector())
        .containsExactly(0x1p-23, 0, 0x1p-24, 65504, Double.POSITIVE_INFINITY);
  }
}
