package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Results of runs that nobody has to wait for. */
final class Results {

  private Results() {}

  static ClipReport step(int iteration, double score, double norm, StepOutcome outcome) {
    return step(iteration, score, norm, outcome, Map.of());
  }

  static ClipReport step(
      int iteration, double score, double norm, StepOutcome outcome, Map<String, Double> norms) {
    return new ClipReport(iteration, 0, score, norm, norm, 1, 40, outcome, norms, "main");
  }

  /** Returns a result whose steps have these scores and 1, 2, ... as norms. */
  static RunResult scores(Contender contender, double... scores) {
    List<ClipReport> steps =
        IntStream.range(0, scores.length)
            .mapToObj(i -> step(i, scores[i], i + 1.0, StepOutcome.UNCHANGED))
            .toList();
    return of(contender, steps);
  }

  /** Returns a result that ended in this way. */
  static RunResult ended(Contender contender, Ending ending) {
    return switch (ending) {
      case LEARNED -> scores(contender, DoubleStream.iterate(200, s -> s - 10).limit(20).toArray());
      case DID_NOT_LEARN -> scores(contender, 200, 1e9, 185);
      case DIVERGED ->
          of(
              contender,
              List.of(
                  step(0, 200, 1, StepOutcome.UNCHANGED),
                  step(1, 150, 2, StepOutcome.UNCHANGED),
                  step(2, Double.NaN, Double.NaN, StepOutcome.PASSED_NON_FINITE)));
      case STOPPED ->
          of(
              contender,
              List.of(
                  step(0, 200, 1, StepOutcome.UNCHANGED),
                  step(1, 100, Double.NaN, StepOutcome.RAISED)));
    };
  }

  static RunResult of(Contender contender, List<ClipReport> steps) {
    return new RunResult(contender, steps, List.of(), Duration.ofMillis(12_345));
  }
}
