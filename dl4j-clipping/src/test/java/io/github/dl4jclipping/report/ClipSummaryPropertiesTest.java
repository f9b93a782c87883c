package io.github.dl4jclipping.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Workers report in any order, and their reports are merged in any grouping. */
final class ClipSummaryPropertiesTest {

  @Property(tries = 500)
  void theOrderOfStepsDoesNotMatter(
      @ForAll("reports") List<ClipReport> reports, @ForAll Random random) {
    List<ClipReport> shuffled = new ArrayList<>(reports);
    Collections.shuffle(shuffled, random);

    assertThat(oneByOne(shuffled)).isEqualTo(oneByOne(reports));
    assertThat(oneByOne(shuffled)).hasToString(oneByOne(reports).toString());
  }

  @Property(tries = 500)
  void neitherDoesTheGrouping(@ForAll("reports") List<ClipReport> reports, @ForAll Random random) {
    List<ClipSummary> parts =
        new ArrayList<>(reports.stream().map(ClipSummary.EMPTY::plus).toList());
    parts.add(ClipSummary.EMPTY);
    while (parts.size() > 1) {
      ClipSummary one = parts.remove(random.nextInt(parts.size()));
      int other = random.nextInt(parts.size());
      parts.set(other, parts.get(other).plus(one));
    }

    assertThat(parts.get(0)).isEqualTo(oneByOne(reports));
    assertThat(parts.get(0)).hasToString(oneByOne(reports).toString());
  }

  @Property(tries = 200)
  void nothingAddedChangesNothing(@ForAll("reports") List<ClipReport> reports) {
    ClipSummary summary = oneByOne(reports);

    assertThat(summary.plus(ClipSummary.EMPTY)).isEqualTo(summary);
    assertThat(ClipSummary.EMPTY.plus(summary)).isEqualTo(summary);
  }

  private static ClipSummary oneByOne(List<ClipReport> reports) {
    ClipSummary summary = ClipSummary.EMPTY;
    for (ClipReport report : reports) {
      summary = summary.plus(report);
    }
    return summary;
  }

  @Provide
  static Arbitrary<List<ClipReport>> reports() {
    Arbitrary<Double> norms =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.doubles().between(0, 100)),
            Tuple.of(1, Arbitraries.doubles().greaterOrEqual(0)),
            Tuple.of(
                1,
                Arbitraries.of(
                    Double.NaN, Double.POSITIVE_INFINITY, 0.0, Double.MIN_VALUE, 1e300)));
    return Combinators.combine(
            norms, Arbitraries.of(StepOutcome.class), Arbitraries.of(0.0, 0.5, 1.0, Double.NaN))
        .as(
            (norm, outcome, coefficient) ->
                new ClipReport(0, 0, 0, norm, 0, coefficient, 1, outcome, Map.of(), "main"))
        .list()
        .ofMaxSize(40);
  }
}
