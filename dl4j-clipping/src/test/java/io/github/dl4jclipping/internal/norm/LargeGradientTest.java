package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.Gradients;
import io.github.dl4jclipping.norm.NormType;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.api.SoftAssertions;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A hundred million floats against sums in double, on both paths: where a sum in float is several
 * per cent off.
 */
final class LargeGradientTest {

  private static final int SIZE = 100_000_000;
  private static final double PROMISED = 1e-6;

  @Test
  void ofStandardNormals() {
    try (INDArray array = Nd4j.createUninitialized(DataType.FLOAT, SIZE)) {
      Sums exact = fillWithNormals(array);

      SoftAssertions.assertSoftly(
          softly -> {
            exact
                .norms()
                .forEach(
                    (type, norm) ->
                        softly
                            .assertThat(CpuMeasure.INSTANCE.norm(array, type))
                            .as(type.toString())
                            .isCloseTo(norm, Offset.offset(PROMISED * norm)));
            double l2 = exact.norms().get(NormType.L2);
            softly
                .assertThat(OpsMeasure.INSTANCE.norm(array, NormType.L2))
                .isCloseTo(l2, Offset.offset(PROMISED * l2));
          });

      double before = Gradients.clipByGlobalNorm(0.5, NormType.L2, true, array);

      assertThat(before).isCloseTo(exact.norms().get(NormType.L2), Offset.offset(PROMISED * 1e4));
      double after = sums(array).norms().get(NormType.L2);
      assertThat(after).isCloseTo(0.5, Offset.offset(0.5 * 1e-5));
    }
  }

  @Test
  void ofOneThousandths() {
    try (INDArray array = Nd4j.valueArrayOf(new long[] {SIZE}, 1e-3, DataType.FLOAT)) {
      double element = 1e-3f;
      double l2 = element * 1e4;
      double l1 = element * SIZE;

      assertThat(CpuMeasure.INSTANCE.norm(array, NormType.L2))
          .isCloseTo(l2, Offset.offset(PROMISED * l2));
      assertThat(CpuMeasure.INSTANCE.norm(array, NormType.L1))
          .isCloseTo(l1, Offset.offset(PROMISED * l1));
      assertThat(CpuMeasure.INSTANCE.norm(array, NormType.INF)).isEqualTo(element);
      assertThat(OpsMeasure.INSTANCE.norm(array, NormType.L1))
          .isCloseTo(l1, Offset.offset(PROMISED * l1));
    }
  }

  private static Sums fillWithNormals(INDArray array) {
    SplittableRandom random = new SplittableRandom(17);
    FloatPointer memory = (FloatPointer) array.data().addressPointer();
    float[] block = new float[100_000];
    for (long from = 0; from < SIZE; from += block.length) {
      for (int i = 0; i < block.length; i++) {
        block[i] = (float) random.nextGaussian();
      }
      memory.position(from).put(block, 0, block.length);
    }
    return sums(array);
  }

  private static Sums sums(INDArray array) {
    FloatPointer memory = (FloatPointer) array.data().addressPointer();
    float[] block = new float[100_000];
    Sums sums = new Sums();
    for (long from = 0; from < SIZE; from += block.length) {
      memory.position(from).get(block, 0, block.length);
      for (float element : block) {
        sums.add(Math.abs((double) element));
      }
    }
    return sums;
  }

  /** Sums in double, without a call to the power function for every element. */
  private static final class Sums {

    private double roots;
    private double magnitudes;
    private double magnitudesTimesRoots;
    private double squares;
    private double fourthPowers;
    private double largest;

    void add(double x) {
      double root = Math.sqrt(x);
      roots += root;
      magnitudes += x;
      magnitudesTimesRoots += x * root;
      squares += x * x;
      fourthPowers += x * x * (x * x);
      largest = Math.max(largest, x);
    }

    Map<NormType, Double> norms() {
      return Map.of(
          NormType.p(0.5),
          roots * roots,
          NormType.L1,
          magnitudes,
          NormType.p(1.5),
          Math.cbrt(magnitudesTimesRoots * magnitudesTimesRoots),
          NormType.L2,
          Math.sqrt(squares),
          NormType.p(4),
          Math.sqrt(Math.sqrt(fourthPowers)),
          NormType.INF,
          largest);
    }
  }
}
