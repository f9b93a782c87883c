package io.github.dl4jclipping.forensics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.norm.NonFiniteCount;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The report reads well and cannot be changed. */
class NonFiniteReportTest {

  @Test
  void describesVerdictAndTable() {
    NonFiniteReport report =
        new NonFiniteReport(
            12,
            3,
            Double.NaN,
            List.of(
                new NonFiniteParameter("0_W", 32, 2, 1, 0),
                new NonFiniteParameter("out_b", 3, 0, 0, 3)));

    assertThat(report.describe().lines())
        .containsExactly(
            "Non-finite gradient at iteration 12, epoch 3, score NaN: 6 elements in 2 parameters",
            "  parameter                    elements          NaN         +Inf         -Inf",
            "  0_W                                32            2            1            0",
            "  out_b                               3            0            0            3");
  }

  @Test
  void oneOfEachIsSingular() {
    NonFiniteReport report =
        new NonFiniteReport(0, 0, 1.5, List.of(new NonFiniteParameter("0_W", 32, 1, 0, 0)));
    assertThat(report.describe()).contains("score 1.5: 1 element in 1 parameter\n");
  }

  @Test
  void longTablesAreCut() {
    List<NonFiniteParameter> many =
        IntStream.range(0, 300)
            .mapToObj(i -> new NonFiniteParameter(i + "_W", 1, 1, 0, 0))
            .toList();
    NonFiniteReport report = new NonFiniteReport(0, 0, 1.5, many);
    assertThat(report.describe().lines()).hasSize(13).last().isEqualTo("  and 290 more");
  }

  @Test
  void copiesItsList() {
    List<NonFiniteParameter> list = new ArrayList<>();
    NonFiniteReport report = new NonFiniteReport(0, 0, 1.5, list);
    list.add(new NonFiniteParameter("0_W", 1, 1, 0, 0));
    assertThat(report.parameters()).isEmpty();
  }

  @Test
  void verdictNamesRowsAndColumn() {
    NonFinitePlaces found =
        new NonFinitePlaces(240, new NonFiniteCount(2, 0, 0), List.of(17L, 40L), List.of(3L));
    NonFiniteReport report =
        new NonFiniteReport(
            12,
            3,
            Double.NaN,
            List.of(new NonFiniteParameter("0_W", 32, 2, 1, 0)),
            new Origin(OriginKind.FEATURES, "features", found, Double.NaN, List.of("a note")),
            List.of(new HistoryPoint(11, 0.5, 2)));

    assertThat(report.verdict()).isEqualTo("column 3 of the features has 2 NaN in rows 17 and 40");
    assertThat(report.describe().lines())
        .containsExactly(
            "Non-finite gradient at iteration 12, epoch 3, score NaN: column 3 of the features has"
                + " 2 NaN in rows 17 and 40",
            "  gradient: 3 elements in 1 parameter",
            "  parameter                    elements          NaN         +Inf         -Inf",
            "  0_W                                32            2            1            0",
            "There were too few steps before to see a trend; their norms were 2.00 to 2.00.",
            "Note: a note.");
  }
}
