package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.norm.JavaSerialization;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.apache.commons.math3.stat.descriptive.rank.Percentile.EstimationType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantileSketchTest {

  private static final double[] QUANTILES = {0.01, 0.1, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999};

  /** NumPy's definition, by Apache Commons Math. */
  private static double oracle(double[] values, double q) {
    return new Percentile().withEstimationType(EstimationType.R_7).evaluate(values, 100 * q);
  }

  private static double[] norms(int count, long seed) {
    Random random = new Random(seed);
    return DoubleStream.generate(() -> Math.exp(3 * random.nextGaussian())).limit(count).toArray();
  }

  private static QuantileSketch sketch(double... values) {
    QuantileSketch sketch = new QuantileSketch();
    Arrays.stream(values).forEach(sketch::add);
    return sketch;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100, 9_999, 10_000})
  void isExactUpToTenThousand(int count) {
    double[] values = norms(count, count);
    QuantileSketch sketch = sketch(values);
    assertThat(sketch.isExact()).isTrue();
    assertThat(sketch.count()).isEqualTo(count);
    for (double q : QUANTILES) {
      assertThat(sketch.quantile(q))
          .isCloseTo(oracle(values, q), within(1e-12 * oracle(values, q)));
      double bound = oracle(values, q);
      assertThat(sketch.countAbove(bound))
          .isEqualTo(Arrays.stream(values).filter(value -> value > bound).count());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10_001, 200_000})
  void isWithinAThousandthBeyond(int count) {
    double[] values = norms(count, count);
    QuantileSketch sketch = sketch(values);
    assertThat(sketch.isExact()).isFalse();
    assertThat(sketch.count()).isEqualTo(count);
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    for (double q : QUANTILES) {
      double atRank = sorted[(int) (q * (count - 1))];
      double exact = oracle(values, q);
      assertThat(sketch.quantile(q)).isCloseTo(exact, within(0.001 * exact));
      long low = Arrays.stream(values).filter(value -> value > atRank * 1.002).count();
      long high = Arrays.stream(values).filter(value -> value > atRank * 0.998).count();
      assertThat(sketch.countAbove(atRank)).isBetween(low, high);
    }
    assertThat(sketch.quantile(0)).isEqualTo(sorted[0]).isEqualTo(sketch.smallest());
    assertThat(sketch.quantile(1)).isEqualTo(sorted[count - 1]).isEqualTo(sketch.largest());
    assertThat(sketch.countAbove(sketch.largest())).isZero();
    assertThat(sketch.countAbove(Math.nextDown(sketch.smallest()))).isEqualTo(count);
  }

  /** Norms of runs of several shapes, between which ranks may be far apart. */
  private enum Distribution {
    NORMAL(random -> Math.abs(random.nextGaussian())),
    LOG_NORMAL(random -> Math.exp(3 * random.nextGaussian())),
    PARETO(random -> Math.pow(1 - random.nextDouble(), -1)),
    UNIFORM(Random::nextDouble),
    TWO_HEAPS(random -> (random.nextInt(100) < 90 ? 1 : 1e6) * (1 + random.nextDouble())),
    FEW_VALUES(random -> Math.pow(3, random.nextInt(7))),
    TINY(random -> 1e-300 * Math.exp(random.nextGaussian()));

    @SuppressWarnings("ImmutableEnumChecker") // holds a function without a state
    private final ToDoubleFunction<Random> draw;

    Distribution(ToDoubleFunction<Random> draw) {
      this.draw = draw;
    }

    double[] draw(int count) {
      Random random = new Random(count);
      return DoubleStream.generate(() -> draw.applyAsDouble(random)).limit(count).toArray();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isWithinAThousandthOfNumPysPercentiles(Distribution distribution) {
    for (int count : new int[] {10_001, 10_050, 30_000}) {
      double[] values = distribution.draw(count);
      QuantileSketch sketch = sketch(values);
      for (int permille = 0; permille <= 1000; permille++) {
        double exact = permille == 0 ? sketch.smallest() : oracle(values, permille / 1000.0);
        assertThat(sketch.quantile(permille / 1000.0))
            .as("%s at %s of %s", distribution, permille, count)
            .isCloseTo(exact, within(0.001 * exact));
      }
    }
  }

  /** At 5 and 6, of which NumPy's median is 5.5, and yet no number is near it. */
  @Test
  void liesBetweenTwoNumbersBeyondTenThousand() {
    QuantileSketch sketch = new QuantileSketch();
    for (int i = 0; i < 10_002; i++) {
      sketch.add(i % 2 == 0 ? 5 : 6);
    }
    assertThat(sketch.isExact()).isFalse();
    assertThat(sketch.quantile(0.5)).isCloseTo(5.5, within(0.0055));
  }

  @Test
  void holdsZerosAndTheWholeRangeOfDoubles() {
    QuantileSketch sketch = new QuantileSketch();
    double[] values = {0, Double.MIN_VALUE, 1e-300, 1, 1e300, Double.MAX_VALUE};
    for (int i = 0; i < 12_000; i++) {
      sketch.add(values[i % values.length]);
    }
    assertThat(sketch.isExact()).isFalse();
    assertThat(sketch.quantile(0)).isZero();
    assertThat(sketch.quantile(0.1)).isZero();
    assertThat(sketch.quantile(0.6)).isCloseTo(1, within(0.001));
    assertThat(sketch.quantile(1)).isEqualTo(Double.MAX_VALUE);
    assertThat(sketch.countAbove(1e-200)).isEqualTo(6000);
    assertThat(QuantileSketch.of(sketch.state()).state()).isEqualTo(sketch.state());
  }

  @Test
  void emptyOneKnowsNothing() {
    QuantileSketch sketch = new QuantileSketch();
    assertThat(sketch.count()).isZero();
    assertThat(sketch.quantile(0.5)).isNaN();
    assertThat(sketch.smallest()).isNaN();
    assertThat(sketch.largest()).isNaN();
    assertThat(sketch.shareAbove(1)).isZero();
    assertThat(sketch.state()).isEmpty();
    assertThat(QuantileSketch.of(new double[0]).count()).isZero();
    sketch.merge(new QuantileSketch());
    assertThat(sketch.count()).isZero();
    assertThat(sketch).hasToString("QuantileSketch(count=0, exact=true)");
  }

  @Test
  void shareIsCountOverCount() {
    assertThat(sketch(1, 2, 2, 3).shareAbove(1)).isEqualTo(0.75);
    assertThat(sketch(1, 2, 2, 3).shareAbove(2)).isEqualTo(0.25);
  }

  @Property(tries = 200)
  void stateIsAllOfIt(
      @ForAll @Size(max = 60) List<@DoubleRange(min = 0, max = 1e9) Double> values,
      @ForAll @IntRange(min = 1, max = 300) int times) {
    QuantileSketch sketch = new QuantileSketch();
    for (int i = 0; i < times; i++) {
      values.forEach(sketch::add);
    }
    QuantileSketch restored = QuantileSketch.of(sketch.state());
    assertThat(restored.state()).isEqualTo(sketch.state());
    assertThat(restored.isExact()).isEqualTo(sketch.isExact());
    for (double more : values) {
      sketch.add(more);
      restored.add(more);
    }
    assertThat(restored.state()).isEqualTo(sketch.state());
  }

  @Property(tries = 50)
  void mergesAsIfItHadSeenAll(
      @ForAll @IntRange(max = 15_000) int first,
      @ForAll @IntRange(max = 15_000) int second,
      @ForAll long seed) {
    double[] values = norms(first + second, seed);
    QuantileSketch merged = sketch(Arrays.copyOfRange(values, 0, first));
    merged.merge(sketch(Arrays.copyOfRange(values, first, first + second)));
    assertThat(Arrays.equals(merged.state(), sketch(values).state())).isTrue(); // not printed
  }

  @Test
  void mergesWithItself() {
    QuantileSketch sketch = sketch(1, 2, 3);
    sketch.merge(sketch);
    assertThat(sketch.state()).isEqualTo(sketch(1, 1, 2, 2, 3, 3).state());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 20_000})
  void travels(int count) {
    QuantileSketch sketch = sketch(norms(count, 1));
    assertThat(JavaSerialization.roundTrip(sketch).state()).isEqualTo(sketch.state());
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -1e-300})
  void refusesWhatIsNoNorm(double value) {
    QuantileSketch sketch = sketch(1, 2);
    assertThatThrownBy(() -> sketch.add(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a norm must be finite and >= 0, but was " + value);
    assertThat(sketch.state()).isEqualTo(sketch(1, 2).state());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void refusesWhatIsNoQuantile(double q) {
    assertThatThrownBy(() -> sketch(1).quantile(q))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("q must be from 0 to 1, but was " + q);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "1,2",
        "1,2,3",
        "1,2,1,0",
        "1,2,1,0.5",
        "1,2,-1,1",
        "NaN,2,1,1",
        "2,1,1,1,2,1",
        "1,2,2,1,1,1",
        "1,2,1,1,1,1,2,1",
        "0,2,1,1,2,1",
        "1,3,1,1,2,1",
        "1,2,1,9e15,2,1e15",
        "1,2,1,9000,2.1,9000",
        "1,2,0.9,9000,2,9000"
      })
  void refusesWhatIsNoState(String numbers) {
    double[] state = Arrays.stream(numbers.split(",")).mapToDouble(Double::parseDouble).toArray();
    assertThatThrownBy(() -> QuantileSketch.of(state)).isInstanceOf(IllegalArgumentException.class);
  }
}
