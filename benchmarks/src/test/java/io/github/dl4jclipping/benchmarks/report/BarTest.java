package io.github.dl4jclipping.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BarTest {

  private static final Finding NEAR = new Finding("near", "0.9", 0.9);
  private static final Finding FAR = new Finding("far", "0.1", 0.1);
  private static final Finding OVER = new Finding("over", "2", 2);

  @Test
  void met() {
    Bar bar = new Bar("x", List.of(FAR, NEAR, new Finding("at", "1", 1)));
    assertThat(bar.verdict()).isEqualTo("met");
    assertThat(bar.figures()).isEqualTo("nearest of 3: at: 1");
  }

  @Test
  void missedByOne() {
    Bar bar = new Bar("x", List.of(FAR, OVER, NEAR));
    assertThat(bar.verdict()).contains("missed");
    assertThat(bar.figures()).isEqualTo("1 of 3: over: 2");
  }

  @Test
  void missedByMany() {
    assertThat(new Bar("x", Collections.nCopies(9, OVER)).figures())
        .startsWith("9 of 9: over: 2; over: 2")
        .endsWith("...");
  }

  /** What could not be computed has not been met. */
  @Test
  void notANumber() {
    assertThat(new Bar("x", List.of(new Finding("w", "?", Double.NaN))).verdict())
        .contains("missed");
  }

  @Test
  void notMeasured() {
    Bar bar = new Bar("x", List.of());
    assertThat(bar.verdict()).isEqualTo("not measured");
    assertThat(Bar.table(List.of(bar))).endsWith("| x | not measured |  |");
  }
}
