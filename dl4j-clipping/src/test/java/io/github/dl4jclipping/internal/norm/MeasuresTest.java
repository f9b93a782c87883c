package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;

/** Which of the two ways to measure is taken. */
final class MeasuresTest {

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE", "HALF"})
  void readsMemoryOfDenseArraysOnTheCpuBackendAlone(DataType type) {
    assertThat(Measures.onCpu(ExecutionerType.NATIVE_CPU, type, 1)).isTrue();
    assertThat(Measures.onCpu(ExecutionerType.CUDA, type, 1)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"FLOAT", "DOUBLE", "HALF"})
  void neverReadsMemoryOfAnotherType(DataType type) {
    assertThat(Measures.onCpu(ExecutionerType.NATIVE_CPU, type, 1)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "2", "3", "1000"})
  void neverReadsMemoryOfArraysWithGaps(int elementWiseStride) {
    assertThat(Measures.onCpu(ExecutionerType.NATIVE_CPU, DataType.FLOAT, elementWiseStride))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "VECTOR, FLOAT, true",
    "C_ORDER, FLOAT, true",
    "F_ORDER, DOUBLE, true",
    "TRANSPOSED, FLOAT, true",
    "ROW, HALF, true",
    "VECTOR, BFLOAT16, false",
    "COLUMN, FLOAT, false",
    "PERMUTED, DOUBLE, false",
    "INSIDE, FLOAT, false"
  })
  void choosesByTheArray(ArrayLayout layout, DataType type, boolean byMemory) {
    Measure chosen = Measures.of(layout.of(type, 1, 2, 3, 4, 5, 6, 7, 8));

    assertThat(chosen).isSameAs(byMemory ? CpuMeasure.INSTANCE : OpsMeasure.INSTANCE);
  }
}
