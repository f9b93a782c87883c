package io.github.dl4jclipping.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.benchmarks.kernel.KernelResult;
import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.ElementType;
import io.github.dl4jclipping.benchmarks.peer.Engine;
import io.github.dl4jclipping.benchmarks.peer.Operation;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.statistics.Median;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelBarsTest {

  private static final Workload LARGE = Workload.of(1, 10_000_000);

  private final List<KernelResult> results = new ArrayList<>();

  @Test
  void nothingMeasured() {
    assertThat(new KernelBars(new Kernels(results)).bars())
        .allSatisfy(bar -> assertThat(bar.verdict()).isEqualTo("not measured"));
  }

  @Test
  void bandwidthIsTheFastestReadPass() {
    add(Contender.LIBRARY, LARGE, Operation.NORM, 100);
    add(Contender.READ_1, LARGE, Operation.NORM, 200);
    add(Contender.READ_2, LARGE, Operation.NORM, 91);
    assertThat(verdict("Norm of at least 10^7 FLOAT")).isEqualTo("met");
    assertThat(verdict("Norm of at least 10^7 DOUBLE")).isEqualTo("not measured");
    add(Contender.BLAS, LARGE, Operation.NORM, 89);
    assertThat(verdict("Norm of at least 10^7 FLOAT")).contains("missed");
  }

  /** A smaller array may lie in the cache: the largest says what memory gives. */
  @Test
  void bandwidthIsThatOfTheLargestArray() {
    Workload larger = Workload.of(1, 100_000_000);
    add(Contender.LIBRARY, LARGE, Operation.NORM, 100);
    add(Contender.READ_1, LARGE, Operation.NORM, 10);
    add(Contender.LIBRARY, larger, Operation.NORM, 1000);
    add(Contender.READ_1, larger, Operation.NORM, 1000);
    assertThat(verdict("Norm of at least 10^7 FLOAT")).isEqualTo("met");
  }

  @Test
  void half() {
    Workload half = LARGE.withType(ElementType.HALF);
    add(Contender.READ_1, half, Operation.NORM, 1);
    add(Contender.LIBRARY, half, Operation.NORM, 100);
    add(Contender.ND4J_NORM, half, Operation.NORM, 500);
    assertThat(verdict("Norm of HALF")).isEqualTo("met");
    results.clear();
    add(Contender.READ_1, half, Operation.NORM, 1);
    add(Contender.LIBRARY, half, Operation.NORM, 100);
    add(Contender.ND4J_NORM, half, Operation.NORM, 499);
    assertThat(verdict("Norm of HALF")).contains("missed");
  }

  @Test
  void aheadOfAPeerFarFromTheLimit() {
    keep(100, 99, 50);
    assertThat(verdict("Clip that keeps: ahead")).contains("missed");
  }

  @Test
  void levelWithAPeerAtTheLimit() {
    keep(100, 96, 95);
    assertThat(verdict("Clip that keeps: ahead")).isEqualTo("met");
  }

  @Test
  void behindAPeerAtTheLimit() {
    keep(104, 96, 95);
    assertThat(verdict("Clip that keeps: ahead")).contains("missed");
  }

  /** This peer's JVM had half the speed: its 150 are 75 of ours. */
  @Test
  void otherJvmsAreSetAgainstTheirOwnReadLoop() {
    keep(100, 400, 10);
    results.add(result(Engine.DJL, Contender.READ_1, LARGE, Operation.NORM, 20));
    results.add(result(Engine.DJL, Contender.DJL, LARGE, Operation.KEEP, 150));
    assertThat(figures("Clip that keeps: ahead")).contains("1 of 2", "0.75 times as long");
  }

  @Test
  void limitOfAClipIsReadAndScale() {
    add(Contender.LIBRARY, LARGE, Operation.NORM, 10);
    add(Contender.LIBRARY, LARGE, Operation.CLIP, 31);
    add(Contender.ND4J_NORM, LARGE, Operation.CLIP, 30);
    add(Contender.READ_1, LARGE, Operation.NORM, 10);
    assertThat(verdict("Clip that clips: ahead")).contains("missed");
    add(Contender.BLAS, LARGE, Operation.CLIP, 20);
    assertThat(verdict("Clip that clips: ahead")).isEqualTo("met");
  }

  @Test
  void manyArrays() {
    for (Operation operation : Operation.values()) {
      add(Contender.LIBRARY, Workload.of(1, 1_200_000), operation, 100);
      add(Contender.LIBRARY, Workload.of(300, 4000), operation, 300);
      add(Contender.LIBRARY, Workload.of(3000, 400), operation, 301);
    }
    assertThat(figures("Many small arrays")).startsWith("3 of 6: 3,000 x 400: ");
  }

  @Test
  void eightArrays() {
    add(Contender.LIBRARY, Workload.of(8, 1000), Operation.NORM, 2999);
    assertThat(verdict("8 x 1,000")).isEqualTo("met");
    add(Contender.LIBRARY, Workload.of(8, 1000), Operation.KEEP, 3001);
    assertThat(figures("8 x 1,000")).isEqualTo("1 of 2: 8 x 1,000: KEEP 3.00 µs");
  }

  @Test
  void linear() {
    add(Contender.LIBRARY, Workload.of(1, 100_000), Operation.NORM, 1e4);
    add(Contender.LIBRARY, Workload.of(1, 1_000_000), Operation.NORM, 1e5);
    add(Contender.LIBRARY, LARGE, Operation.NORM, 1e6);
    add(Contender.LIBRARY, Workload.of(1, 100_000_000), Operation.NORM, 1.2e7);
    assertThat(verdict("NORM: cost a parameter")).isEqualTo("met");
    results.remove(0);
    add(Contender.LIBRARY, Workload.of(1, 100_000), Operation.NORM, 1.3e4);
    assertThat(figures("NORM: cost a parameter")).startsWith("1 of 3: 100,000: 0.130 ns");
  }

  private void keep(double ours, double nd4j, double read) {
    add(Contender.LIBRARY, LARGE, Operation.NORM, ours);
    add(Contender.LIBRARY, LARGE, Operation.KEEP, ours);
    add(Contender.ND4J_NORM, LARGE, Operation.KEEP, nd4j);
    add(Contender.READ_1, LARGE, Operation.NORM, read);
  }

  private void add(Contender contender, Workload workload, Operation operation, double nanos) {
    results.add(result(Engine.ND4J, contender, workload, operation, nanos));
  }

  private static KernelResult result(
      Engine engine, Contender contender, Workload workload, Operation operation, double nanos) {
    return new KernelResult(
        engine, contender, workload, operation, new Median(nanos, nanos, nanos));
  }

  private String verdict(String requirement) {
    return bar(requirement).verdict();
  }

  private String figures(String requirement) {
    return bar(requirement).figures();
  }

  private Bar bar(String requirement) {
    return new KernelBars(new Kernels(results))
        .bars().stream()
            .filter(bar -> bar.requirement().startsWith(requirement))
            .findFirst()
            .orElseThrow();
  }
}
