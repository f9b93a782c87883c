package io.github.dl4jclipping.internal.precision;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.Snapshot;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class HalfRoundingTest {

  /** ND4J's own rounding, and HALF's smallest number where that makes 0 of what is not. */
  @Property
  void onlyZeroBecomesZero(@ForAll @Size(min = 1, max = 9) float[] numbers) {
    INDArray half = Nd4j.create(DataType.FLOAT16, numbers.length);
    new HalfRounding(numbers.length).roundAwayFromZero(Nd4j.createFromArray(numbers), half);
    float[] plain =
        Nd4j.createFromArray(numbers)
            .castTo(DataType.FLOAT16)
            .castTo(DataType.FLOAT)
            .toFloatVector();
    for (int i = 0; i < numbers.length; i++) {
      if (plain[i] == 0) {
        plain[i] = Math.signum(numbers[i]) * 0x1p-24f;
      }
      assertThat(Float.valueOf(half.getFloat(i))).isEqualTo(Float.valueOf(plain[i] + 0f));
    }
  }

  @ParameterizedTest
  @ValueSource(
      floats = {
        0x1p-25f,
        0x1.000002p-25f,
        0x1.fffffep-26f,
        0x1p-149f,
        -0x1p-149f,
        -0x1p-25f,
        -0x1p-24f,
        0x1.8p-24f,
        65519,
        65520,
        -0f,
        Float.NaN,
        Float.NEGATIVE_INFINITY
      })
  void borders(float number) {
    onlyZeroBecomesZero(new float[] {number});
  }

  /** Longer than a stretch, and no multiple of it. */
  @ParameterizedTest
  @ValueSource(longs = {1, HalfRounding.STRETCH, HalfRounding.STRETCH + 1})
  void stretchesMakeNoDifference(long length) {
    INDArray numbers = Nd4j.linspace(DataType.FLOAT, 1e-9, 1e-9, length).reshape(length);
    INDArray half = Nd4j.create(DataType.FLOAT16, length);
    HalfRounding rounding = new HalfRounding(length);
    rounding.roundAwayFromZero(numbers, half);
    assertThat(rounding.agreeAwayFromZero(numbers, half)).isTrue();
    INDArray expected = numbers.dup();
    rounding.takeOverAwayFromZero(numbers, half);
    assertThat(Snapshot.bits(numbers)).isEqualTo(Snapshot.bits(expected));

    half.putScalar(length - 1, 7);
    expected.putScalar(length - 1, 7);
    assertThat(rounding.agreeAwayFromZero(numbers, half)).isFalse();
    rounding.takeOverAwayFromZero(numbers, half);
    assertThat(Snapshot.bits(numbers)).isEqualTo(Snapshot.bits(expected));

    INDArray network = numbers.castTo(DataType.FLOAT16);
    numbers.subi(3);
    INDArray difference = Nd4j.create(DataType.FLOAT16, length);
    rounding.subtractable(numbers, network, difference);
    network.subi(difference);
    assertThat(Snapshot.bits(network)).isEqualTo(Snapshot.bits(numbers.castTo(DataType.FLOAT16)));
  }
}
