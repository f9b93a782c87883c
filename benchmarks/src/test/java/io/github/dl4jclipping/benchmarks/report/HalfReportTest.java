package io.github.dl4jclipping.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.benchmarks.half.HalfContender;
import io.github.dl4jclipping.benchmarks.half.HalfProblem;
import io.github.dl4jclipping.benchmarks.half.HalfRun;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HalfReportTest {

  @Test
  void setsEachRunBesideFloat() {
    List<HalfRun> runs = new ArrayList<>();
    for (HalfProblem problem : HalfProblem.values()) {
      runs.add(run(problem, HalfContender.FLOAT, -1, 1, 0.8, 0.6, 0.5));
      runs.add(run(problem, HalfContender.HALF, 1));
      runs.add(run(problem, HalfContender.BOTH, -1, 1, 0.9, 0.7, 0.51));
    }
    assertThat(new HalfReport(Machine.here(), runs).text())
        .contains(
            "| FLOAT | 1.00 | 0.800 | 0.600 | 0.500 | +0.0 % | 12.3 % | 4 | 5.00 ms |",
            "| HALF as it is | - | - | - | - | NaN at step 2 | 12.3 % | 4 | - |",
            "| HALF, both | 1.00 | 0.900 | 0.700 | 0.510 | +2.0 % | 12.3 % | 4 | 5.00 ms |")
        .contains("charts/half-deep.png", "charts/half-small-loss.png", "charts/half-plain.png");
  }

  private static HalfRun run(
      HalfProblem problem, HalfContender contender, int brokenAt, double... scores) {
    List<Double> all = new ArrayList<>();
    for (double score : scores) {
      all.add(score);
    }
    return new HalfRun(problem, contender, 60, all, 0.123, 4, brokenAt, 5000);
  }
}
