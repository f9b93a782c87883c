package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.bytedeco.javacpp.indexer.HalfIndexer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Against ND4J's own conversion, native code that knows nothing of ours. */
final class HalfBitsTest {

  private static final int ALL = 1 << Short.SIZE;

  @Test
  void everyValueIsItsOwnNearest() {
    for (int bits = 0; bits < ALL; bits++) {
      float value = HalfBits.value((short) bits);
      if (Float.isNaN(value)) {
        assertThat(HalfBits.value(HalfBits.nearest(value))).isNaN();
      } else {
        assertThat(HalfBits.nearest(value)).isEqualTo((short) bits);
      }
    }
  }

  /** Halfway between two neighbours, a float's last place below and above, and all the way out. */
  @Test
  void roundsToTheEvenOfTwoNeighbours() {
    for (int bits = 0; bits < 0x7c00; bits++) {
      float low = HalfBits.value((short) bits);
      float high = bits == 0x7bff ? 65536 : HalfBits.value((short) (bits + 1));
      float middle = low + (high - low) / 2;
      short even = (short) (bits % 2 == 0 ? bits : bits + 1);

      assertThat(HalfBits.nearest(middle)).as("%s", middle).isEqualTo(even);
      assertThat(HalfBits.nearest(Math.nextDown(middle))).isEqualTo((short) bits);
      assertThat(HalfBits.nearest(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
      assertThat(HalfBits.nearest(-middle)).isEqualTo((short) (even | 0x8000));
    }
    assertThat(HalfBits.value(HalfBits.nearest(Float.MAX_VALUE))).isInfinite();
    assertThat(HalfBits.value(HalfBits.nearest(Float.NEGATIVE_INFINITY))).isInfinite();
    assertThat(HalfBits.nearest(Float.MIN_VALUE)).isZero();
  }

  @Test
  void roundsAsNd4jDoes() {
    Random random = new Random(3);
    float[] values = new float[200_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(44) - 26));
    }
    try (INDArray floats = Nd4j.createFromArray(values);
        INDArray halves = floats.castTo(DataType.FLOAT16);
        INDArray back = halves.castTo(DataType.FLOAT)) {
      for (int i = 0; i < values.length; i++) {
        assertThat(HalfIndexer.toFloat(HalfBits.nearest(values[i]) & 0xffff))
            .as("%s", values[i])
            .isEqualTo(back.getFloat(i));
      }
    }
  }
}
