package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.internal.norm.ArrayLayout;
import io.github.dl4jclipping.norm.NormType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.data.Offset;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What clipping promises for arrays of any number, shape, order and size of values. */
final class GradientsPropertiesTest {

  @Property(tries = 300)
  void keepsTheBound(
      @ForAll("gradients") INDArray[] gradients,
      @ForAll("bounds") double maxNorm,
      @ForAll("types") NormType type) {
    double before = Gradients.totalNorm(type, gradients);

    double returned = Gradients.clipByGlobalNorm(maxNorm, type, true, gradients);

    assertThat(returned).isEqualTo(before);
    double after = Gradients.totalNorm(type, gradients);
    assertThat(after).isLessThanOrEqualTo(maxNorm * (1 + 1e-5));
    double expected = before * Math.min(1, maxNorm / (before + 1e-6));
    assertThat(after).isCloseTo(expected, Offset.offset(expected * 1e-5));
  }

  @Property(tries = 300)
  void keepsTheDirection(
      @ForAll("gradients") INDArray[] gradients, @ForAll("bounds") double maxNorm) {
    double[] before = elements(gradients);

    double norm = Gradients.clipByGlobalNorm(maxNorm, NormType.L2, true, gradients);

    double coefficient = Math.min(1, maxNorm / (norm + 1e-6));
    double[] after = elements(gradients);
    for (int i = 0; i < before.length; i++) {
      double exact = before[i] * coefficient;
      assertThat(after[i]).isCloseTo(exact, Offset.offset(2.5e-7 * Math.abs(exact)));
    }
  }

  @Property(tries = 200)
  void leavesAGradientWithinTheBound(@ForAll("gradients") INDArray[] gradients) {
    double[] before = elements(gradients);
    double bound = 2 * Gradients.totalNorm(NormType.L2, gradients) + 1e-3;

    Gradients.clipByGlobalNorm(bound, NormType.L2, true, gradients);

    assertThat(elements(gradients)).isEqualTo(before);
  }

  @Property(tries = 200)
  void scalesTheNormWithTheGradient(
      @ForAll("gradients") INDArray[] gradients,
      @ForAll("scales") double scale,
      @ForAll("types") NormType type) {
    double norm = Gradients.totalNorm(type, gradients);
    for (INDArray gradient : gradients) {
      gradient.muli(scale);
    }

    assertThat(Gradients.totalNorm(type, gradients))
        .isCloseTo(scale * norm, Offset.offset(2e-6 * scale * norm));
  }

  @Property(tries = 200)
  void clippingTwice_isClippingOnce(
      @ForAll("gradients") INDArray[] gradients, @ForAll("bounds") double maxNorm) {
    Gradients.clipByGlobalNorm(maxNorm, NormType.L2, true, gradients);
    double[] once = elements(gradients);

    Gradients.clipByGlobalNorm(maxNorm, NormType.L2, true, gradients);

    double[] twice = elements(gradients);
    // The 1e-6 that is added to the norm weighs more the smaller the bound is.
    double precision = 1e-6 / maxNorm + 1e-6;
    for (int i = 0; i < once.length; i++) {
      assertThat(twice[i]).isCloseTo(once[i], Offset.offset(precision * Math.abs(once[i])));
    }
  }

  @Property(tries = 200)
  void clippingByValueTwice_isClippingOnce(
      @ForAll("gradients") INDArray[] gradients, @ForAll("bounds") double clipValue) {
    double[] before = elements(gradients);

    Gradients.clipByValue(clipValue, gradients);

    double[] once = elements(gradients);
    for (int i = 0; i < once.length; i++) {
      double exact = Math.max(-clipValue, Math.min(clipValue, before[i]));
      assertThat(once[i]).isCloseTo(exact, Offset.offset(1e-7 * Math.abs(exact)));
    }
    Gradients.clipByValue(clipValue, gradients);
    assertThat(elements(gradients)).isEqualTo(once);
  }

  @Property(tries = 100)
  void cuttingAGradientInPieces_changesNothing(
      @ForAll("gradients") INDArray[] gradients, @ForAll("types") NormType type) {
    INDArray whole = Nd4j.createFromArray(elements(gradients));
    double norm = Gradients.totalNorm(type, whole);

    assertThat(Gradients.totalNorm(type, gradients)).isCloseTo(norm, Offset.offset(1e-6 * norm));
  }

  @Provide
  Arbitrary<Double> bounds() {
    return Arbitraries.doubles().between(-3, 3).map(exponent -> Math.pow(10, exponent));
  }

  @Provide
  Arbitrary<Double> scales() {
    return Arbitraries.doubles().between(-5, 5).map(exponent -> Math.pow(10, exponent));
  }

  @Provide
  Arbitrary<NormType> types() {
    return Arbitraries.of(NormType.L1, NormType.L2, NormType.INF, NormType.p(0.5), NormType.p(3));
  }

  @Provide
  Arbitrary<INDArray[]> gradients() {
    return gradient().list().ofMinSize(1).ofMaxSize(4).map(list -> list.toArray(INDArray[]::new));
  }

  private static Arbitrary<INDArray> gradient() {
    return Combinators.combine(
            Arbitraries.longs().between(1, 6).array(long[].class).ofMaxSize(4),
            Arbitraries.of(DataType.FLOAT, DataType.DOUBLE),
            Arbitraries.of('c', 'f'),
            Arbitraries.integers().between(-8, 8),
            Arbitraries.longs())
        .as(GradientsPropertiesTest::gradient);
  }

  private static INDArray gradient(
      long[] shape, DataType type, char order, int exponent, long seed) {
    Random random = new Random(seed);
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    Arrays.setAll(
        values, i -> random.nextInt(9) == 0 ? 0 : Math.pow(10, exponent) * random.nextGaussian());
    INDArray array = Nd4j.createFromArray(values).castTo(type);
    return shape.length == 0 ? array.reshape() : array.reshape('c', shape).dup(order);
  }

  private static double[] elements(INDArray[] gradients) {
    List<Double> elements = new ArrayList<>();
    for (INDArray gradient : gradients) {
      Arrays.stream(ArrayLayout.elements(gradient)).forEach(elements::add);
    }
    return elements.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
