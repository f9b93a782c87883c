package io.github.dl4jclipping.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.benchmarks.peer.ElementType;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.statistics.Median;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {

  @ParameterizedTest
  @CsvSource({
    "1.234, 1.23 ns",
    "45.67, 45.7 ns",
    "1234, 1.23 µs",
    "123456, 123 µs",
    "2e7, 20.0 ms"
  })
  void times(double nanos, String text) {
    assertThat(Text.time(nanos)).isEqualTo(text);
  }

  @Test
  void widerHalf() {
    assertThat(Text.time(new Median(100, 95, 120))).isEqualTo("100 ns ±20 %");
  }

  @Test
  void workloads() {
    assertThat(Text.workload(Workload.of(1, 1_000_000))).isEqualTo("1,000,000");
    assertThat(Text.workload(Workload.of(300, 4000).withType(ElementType.HALF)))
        .isEqualTo("300 x 4,000, HALF");
    assertThat(Text.workload(Workload.of(1, 10).withOrder(Double.POSITIVE_INFINITY)))
        .isEqualTo("10, INF");
    assertThat(Text.workload(Workload.of(1, 10).withOrder(3))).isEqualTo("10, p=3");
  }
}
