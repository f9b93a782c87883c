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
    add(Contender.READ_2, LARGE, Operation.NORM, 96);
    assertThat(verdict("Norm of at least 10^7 FLOAT")).isEqualTo("met");
    assertThat(verdict("Norm of at least 10^7 DOUBLE")).isEqualTo("not measured");
    add(Contender.BLAS, LARGE, Operation.NORM, 94);
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

  /** DL4J itself takes six times as long there as in FLOAT. */
  @Test
  void halfHasNoBar() {
    Workload half = LARGE.withType(ElementType.HALF);
    add(Contender.LIBRARY, half, Operation.NORM, 100);
    add(Contender.ND4J_NORM, half, Operation.NORM, 1);
    assertThat(verdict("The norm alone")).isEqualTo("not measured");
  }

  @Test
  void aheadOfEveryPeerWhereNothingWaitsForMemory() {
    Workload small = Workload.of(1, 1_000_000);
    keep(small, 100, 101);
    assertThat(verdict("Clip that keeps: ahead")).isEqualTo("met");
    results.clear();
    keep(small, 100, 99);
    assertThat(verdict("Clip that keeps: ahead")).contains("missed");
  }

  @Test
  void levelWithThePeersWhereAllWaitForMemory() {
    keep(LARGE, 100, 96);
    assertThat(verdict("Clip that keeps: ahead")).isEqualTo("met");
    results.clear();
    keep(LARGE, 100, 95);
    assertThat(verdict("Clip that keeps: ahead")).contains("missed");
  }

  @Test
  void overlappingIntervalsDecideNothing() {
    keep(LARGE, 100, 150);
    results.replaceAll(
        r ->
            r.contender() == Contender.ND4J_NORM
                ? new KernelResult(
                    r.engine(),
                    r.contender(),
                    r.workload(),
                    r.operation(),
                    new Median(150, 90, 200))
                : r);
    assertThat(verdict("Clip that keeps: ahead")).isEqualTo("not decided");
  }

  /** This peer's JVM had half the speed: its 150 are 75 of ours. */
  @Test
  void otherJvmsAreSetAgainstTheirOwnReadLoop() {
    keep(LARGE, 100, 400);
    results.add(result(Engine.DJL, Contender.READ_1, LARGE, Operation.NORM, 20));
    results.add(result(Engine.DJL, Contender.DJL, LARGE, Operation.KEEP, 150));
    assertThat(figures("Clip that keeps: ahead"))
        .contains("1 of 2", "1.333 (1.333 to 1.333) of the time of");
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
    assertThat(figures("8 x 1,000")).isEqualTo("1 of 2: 8 x 1,000: KEEP 3.00 µs ±0 %");
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

  private void keep(Workload workload, double ours, double nd4j) {
    add(Contender.LIBRARY, workload, Operation.NORM, ours);
    add(Contender.LIBRARY, workload, Operation.KEEP, ours);
    add(Contender.ND4J_NORM, workload, Operation.KEEP, nd4j);
    add(Contender.READ_1, workload, Operation.NORM, 10);
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
