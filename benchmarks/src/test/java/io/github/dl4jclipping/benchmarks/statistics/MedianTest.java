package io.github.dl4jclipping.benchmarks.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MedianTest {

  @Test
  void oddAndEven() {
    assertThat(Median.of(3, 1, 2).value()).isEqualTo(2);
    assertThat(Median.of(4, 1, 2, 3).value()).isEqualTo(2.5);
  }

  @Test
  void ofNothing() {
    assertThatIllegalArgumentException().isThrownBy(Median::of);
  }

  /** The ranks that textbooks on nonparametric statistics give for 95 %, counted from 1. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "5, 1, 5", "6, 1, 6", "10, 2, 9", "20, 6, 15", "30, 10, 21"})
  void interval(int size, int low, int high) {
    Median median = Median.of(IntStream.rangeClosed(1, size).asDoubleStream().toArray());
    assertThat(median.low()).isEqualTo(low);
    assertThat(median.high()).isEqualTo(high);
  }

  /** In 95.7 of 100 samples of 25, by the binomial distribution. */
  @Test
  void holdsTheTrueMedian() {
    Random random = new Random(7);
    long held =
        IntStream.range(0, 10_000)
            .mapToObj(i -> Median.of(random.doubles(25).toArray()))
            .filter(median -> median.low() <= 0.5 && 0.5 <= median.high())
            .count();
    assertThat(held).isBetween(9500L, 9700L);
  }
}
