package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class BrokenDataTest {

  private static DataSet batch(int number) {
    return BrokenData.in(
        number,
        new DataSet(
            Nd4j.create(DataType.FLOAT, 16, 7, 100), Nd4j.create(DataType.FLOAT, 16, 7, 100)));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "19, 0", "20, 0", "30, 2", "45, 1", "60, 3", "79, 0"})
  void valuesAreMissingInAFewRows(int number, int rows) {
    INDArray features = batch(number).getFeatures();

    assertThat(features.isNaN().castTo(DataType.INT32).sumNumber().intValue()).isEqualTo(rows);
    for (int row : BrokenData.missingRows(number)) {
      assertThat(features.slice(row).isNaN().any()).isTrue();
    }
    assertThat(features.isInfinite().any()).isFalse();
    assertThat(batch(number).getLabels().sumNumber().doubleValue()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"19, 0", "20, 10000", "21, 0"})
  void oneBatchIsOutOfRange(int number, double largest) {
    assertThat(batch(number).getFeatures().maxNumber().doubleValue()).isEqualTo(largest);
  }
}
