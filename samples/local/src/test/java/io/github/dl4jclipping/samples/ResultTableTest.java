package io.github.dl4jclipping.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.report.StepOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultTableTest {

  @Test
  void hasALineForEachResultInOrder() {
    String table =
        ResultTable.of(
            List.of(
                Results.ended(Contender.STOCK, Ending.DIVERGED),
                Results.ended(Contender.CLIP_L2_PER_LAYER, Ending.DID_NOT_LEARN),
                Results.ended(Contender.PLUGIN, Ending.LEARNED)));

    assertThat(table.lines().skip(1).limit(3))
        .map(line -> line.replaceAll("\\s+", " ").strip())
        .containsExactly(
            "stock DL4J 200.0 NaN iteration 2 0 % 0 1.5 2.0 12.3 s",
            "ClipL2PerLayer at 40 200.0 3.3e+08 no 0 % 0 2.0 3.0 12.3 s",
            "dl4j-clipping at 40 200.0 55.0 no 0 % 0 10.5 20.0 12.3 s");
  }

  @Test
  void fitsAHundredColumnsWhateverTheNumbers() {
    String table =
        ResultTable.of(
            List.of(
                Results.of(
                    Contender.CLIP_L2_PER_LAYER,
                    List.of(
                        Results.step(0, -3e38, 1e42, StepOutcome.CLIPPED),
                        Results.step(1, Double.NaN, 1, StepOutcome.CLIPPED)))));

    assertThat(table.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
  }

  @Test
  void showsARunThatBrokeAtItsFirstStep() {
    RunResult result =
        Results.of(
            Contender.STOCK,
            List.of(Results.step(0, Double.NaN, Double.NaN, StepOutcome.PASSED_NON_FINITE)));

    assertThat(ResultTable.of(List.of(result))).contains("iteration 0").contains("NaN");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "218.34, 218.3",
    "99999, 99999.0",
    "-3, -3.0",
    "250000, 2.5e+05",
    "NaN, NaN",
    "Infinity, Inf",
    "-Infinity, -Inf"
  })
  void writesNumbersShort(double value, String written) {
    assertThat(ResultTable.number(value)).isEqualTo(written);
  }
}
