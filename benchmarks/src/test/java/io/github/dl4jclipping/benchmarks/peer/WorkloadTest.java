package io.github.dl4jclipping.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WorkloadTest {

  @Test
  void parsesWhatItWrites() {
    Workload workload =
        Workload.of(300, 4000).withType(ElementType.DOUBLE).withOrder(Double.POSITIVE_INFINITY);
    assertThat(Workload.parse(workload.toString())).isEqualTo(workload);
  }

  @Test
  void drawsTheSameStandardNormals() {
    Workload workload = Workload.of(1, 100_000);
    float[] first = workload.draw(0).clone();
    workload.draw(1);
    assertThat(workload.draw(0)).isEqualTo(first);
    assertThat(workload.exactNorm()).isCloseTo(Math.sqrt(100_000), within(3.0));
  }
}
