package io.github.dl4jclipping.report.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.report.file.FileKind.Opened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a report says comes back from a file, to the last bit. */
class FileReportPropertiesTest {

  @Property(tries = 300)
  void everyReportComesBack(@ForAll FileKind kind, @ForAll("runs") List<ClipReport> run)
      throws IOException {
    Path path = Files.createTempFile("run", null);
    try {
      for (ClipReport report : run) {
        try (Opened file = kind.append(path)) {
          file.write(report);
        }
      }
      assertThat(kind.read(path)).isEqualTo(run);
    } finally {
      Files.delete(path);
    }
  }

  /** Runs of one network: every report has the same parameters. */
  @Provide
  Arbitrary<List<ClipReport>> runs() {
    return text().set().ofMaxSize(5).flatMap(names -> report(names).list().ofMaxSize(4));
  }

  private static Arbitrary<ClipReport> report(Set<String> names) {
    Arbitrary<Map<String, Double>> norms =
        number()
            .list()
            .ofSize(names.size())
            .map(
                values -> {
                  Map<String, Double> map = new LinkedHashMap<>();
                  names.forEach(name -> map.put(name, values.get(map.size())));
                  return map;
                });
    return Combinators.combine(
            Arbitraries.integers(),
            number(),
            Arbitraries.oneOf(Arbitraries.doubles(), Arbitraries.just(Double.NaN)),
            Arbitraries.oneOf(Arbitraries.doubles(), Arbitraries.just(Double.POSITIVE_INFINITY)),
            Arbitraries.of(StepOutcome.class),
            norms,
            text())
        .as(
            (counter, number, coefficient, maxNorm, outcome, map, worker) ->
                new ClipReport(
                    counter,
                    counter,
                    number,
                    number,
                    number,
                    coefficient,
                    maxNorm,
                    outcome,
                    map,
                    worker));
  }

  private static Arbitrary<Double> number() {
    return Arbitraries.oneOf(
        Arbitraries.doubles(),
        Arbitraries.of(
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.MIN_VALUE,
            -0.0));
  }

  /** Any characters but halves of surrogate pairs, which UTF-8 cannot write. */
  private static Arbitrary<String> text() {
    return Arbitraries.strings()
        .all()
        .ofMaxLength(12)
        .filter(text -> text.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF));
  }
}
