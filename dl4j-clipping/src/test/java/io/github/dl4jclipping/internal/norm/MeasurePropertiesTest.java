package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import java.util.Arrays;
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
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Arrays of any shape, type, order and stride: views cut out of larger arrays. */
final class MeasurePropertiesTest {

  @Property(tries = 300)
  void measuresTheViewAndNothingElse(
      @ForAll("views") INDArray view, @ForAll("types") NormType type) {
    double[] elements = ArrayLayout.elements(view);
    double exact = exact(elements, type.order());

    assertThat(GradientNorms.norm(view, type)).isCloseTo(exact, Offset.offset(1e-6 * exact));
    assertThat(OpsMeasure.INSTANCE.norm(view, type)).isCloseTo(exact, Offset.offset(1e-6 * exact));
    assertThat(ArrayLayout.elements(view)).as("read-only").isEqualTo(elements);
  }

  @Property(tries = 200)
  void countsWhatIsBroken(@ForAll("views") INDArray view, @ForAll Random random) {
    long nan = 0;
    long positive = 0;
    for (long i = 0; i < view.length(); i++) {
      int kind = random.nextInt(4);
      if (kind == 0) {
        view.putScalar(i, Double.NaN);
        nan++;
      } else if (kind == 1) {
        view.putScalar(i, Double.POSITIVE_INFINITY);
        positive++;
      }
    }
    NonFiniteCount expected = new NonFiniteCount(nan, positive, 0);

    assertThat(GradientNorms.nonFinite(view)).isEqualTo(expected);
    assertThat(OpsMeasure.INSTANCE.nonFinite(view)).isEqualTo(expected);
  }

  @Property(tries = 200)
  void scalesTheViewAndNothingElse(
      @ForAll("wholes") INDArray whole, @ForAll Random random, @ForAll("factors") double factor) {
    INDArray view = cut(whole, random);
    double[] expected = ArrayLayout.elements(view);
    double around = whole.castTo(DataType.DOUBLE).norm1Number().doubleValue() - sum(expected);

    GradientRescaling.rescale(view, factor);

    double[] scaled = ArrayLayout.elements(view);
    double precision = precision(whole.dataType());
    for (int i = 0; i < scaled.length; i++) {
      double exact = expected[i] * factor;
      assertThat(scaled[i]).isCloseTo(exact, Offset.offset(precision * Math.abs(exact) + 1e-7));
    }
    double aroundAfter = whole.castTo(DataType.DOUBLE).norm1Number().doubleValue() - sum(scaled);
    assertThat(aroundAfter).isCloseTo(around, Offset.offset(1e-9 * (around + 1e6)));
  }

  @Provide
  Arbitrary<NormType> types() {
    return Arbitraries.of(Path.NORM_TYPES);
  }

  @Provide
  Arbitrary<Double> factors() {
    return Arbitraries.doubles().between(-2, 2);
  }

  @Provide
  Arbitrary<INDArray> views() {
    return Combinators.combine(wholes(), Arbitraries.randomValue(random -> random))
        .as(MeasurePropertiesTest::cut);
  }

  @Provide
  Arbitrary<INDArray> wholes() {
    return Combinators.combine(
            Arbitraries.longs().between(1, 7).array(long[].class).ofMinSize(1).ofMaxSize(4),
            Arbitraries.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16),
            Arbitraries.of('c', 'f'),
            Arbitraries.of(1e-3, 1.0, 1e3),
            Arbitraries.longs())
        .as(MeasurePropertiesTest::whole);
  }

  private static INDArray whole(long[] shape, DataType type, char order, double size, long seed) {
    Random random = new Random(seed);
    double[] values = new double[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    Arrays.setAll(values, i -> size * random.nextGaussian());
    return Nd4j.createFromArray(values).castTo(type).reshape('c', shape).dup(order);
  }

  /** Cuts a piece out of an array, every second element in some directions, axes exchanged. */
  private static INDArray cut(INDArray whole, Random random) {
    INDArrayIndex[] indices = new INDArrayIndex[whole.rank()];
    for (int axis = 0; axis < indices.length; axis++) {
      long from = random.nextInt((int) whole.size(axis));
      long to = from + 1 + random.nextInt((int) (whole.size(axis) - from));
      boolean everySecond = (to - from) % 2 == 0 && random.nextBoolean();
      indices[axis] =
          random.nextInt(3) == 0
              ? NDArrayIndex.all()
              : everySecond ? NDArrayIndex.interval(from, 2, to) : NDArrayIndex.interval(from, to);
    }
    INDArray view = whole.get(indices);
    return view.rank() > 1 && random.nextBoolean() ? view.swapAxes(0, view.rank() - 1) : view;
  }

  private static double exact(double[] elements, double order) {
    if (order == Double.POSITIVE_INFINITY) {
      return Arrays.stream(elements).map(Math::abs).max().orElse(0);
    }
    return Math.pow(
        Arrays.stream(elements).map(x -> Math.pow(Math.abs(x), order)).sum(), 1 / order);
  }

  private static double sum(double[] elements) {
    return Arrays.stream(elements).map(Math::abs).sum();
  }

  private static double precision(DataType type) {
    return switch (type) {
      case HALF -> 0x1.01p-11;
      case BFLOAT16 -> 0x1.01p-7;
      default -> 0x1.01p-23;
    };
  }
}
