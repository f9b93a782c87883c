package io.github.dl4jclipping.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class VerdictTest {

  private static Verdict of(Consumer<ClipObserver> steps) {
    Run run = new Run();
    steps.accept(
        new ClipObserver() {
          @Override
          public void onStep(ClipReport report) {
            run.add(report);
          }

          @Override
          public void onNonFinite(NonFiniteReport report) {
            run.add(report);
          }
        });
    return Verdict.of(run);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NOTHING | NONE | No steps yet",
        "ONE_STEP | GOOD | Finite so far: 1 step, 100 % clipped",
        "HEALTHY | GOOD | Healthy: 1,000 steps, 1.8 % clipped",
        "MEASURED | GOOD | Healthy: 300 steps, 0 % clipped",
        "LONG | GOOD | Healthy: 20,000 steps, < 0.1 % clipped",
        "CLIPS_MOST | WARNING | Clips most steps: 400 steps, 98 % clipped",
        "SKIPS | WARNING | Iteration 60 was the first non-finite one: it was skipped",
        "EXPLODES | BAD | Iteration 412 was the first non-finite one: training stopped there",
        "DIES_IN_STEP_ONE | BAD | Iteration 0 was the first non-finite one: training stopped there",
      })
  void headline(Runs run, Verdict.Level level, String headline) {
    Verdict verdict = of(run::report);
    assertThat(verdict.headline()).isEqualTo(headline);
    assertThat(verdict.level()).isEqualTo(level);
    assertThat(verdict.details()).isNotEmpty();
  }

  @Test
  void tellsAnExplosionFromABadBatch() {
    assertThat(of(Runs.EXPLODES::report).details())
        .anyMatch(
            detail ->
                detail.startsWith("The gradient had exploded before: the norm was 6.87e10")
                    && detail.endsWith("Try a lower learning rate or a bound."))
        .anyMatch(detail -> detail.contains("was NaN: the forward pass was broken already"));
    assertThat(of(Runs.SKIPS::report).details())
        .anyMatch(detail -> detail.startsWith("The gradient had been ordinary until then"))
        .contains("The score of this step was finite, 0.7: what broke is the backward pass.")
        .contains("5 of 500 steps were not finite.");
    assertThat(of(Runs.DIES_IN_STEP_ONE::report).details())
        .anyMatch(detail -> detail.startsWith("No finite step came before it"));
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"UNCHANGED", "SCALED_UP", "CLIPPED", "OVERFLOWED"})
  void saysWhatBecameOfTheStep(StepOutcome outcome) {
    Verdict verdict = of(observer -> Runs.broken(observer, 3, outcome, 1));
    assertThat(verdict.headline())
        .endsWith(
            switch (outcome) {
              case RAISED -> "training stopped there";
              case SKIPPED -> "it was skipped";
              case ZEROED -> "its broken elements became 0";
              default -> "it was applied as it was";
            });
    assertThat(verdict.level())
        .isEqualTo(
            outcome == StepOutcome.SKIPPED || outcome == StepOutcome.ZEROED
                ? Verdict.Level.WARNING
                : Verdict.Level.BAD);
  }

  @Test
  void skipsThatEndInAnExceptionAreBad() {
    Verdict verdict =
        of(
            observer -> {
              Runs.broken(observer, 3, StepOutcome.SKIPPED, 1);
              Runs.broken(observer, 4, StepOutcome.RAISED, 1);
            });
    assertThat(verdict.level()).isEqualTo(Verdict.Level.BAD);
  }

  @Test
  void aScoreThatIsNotFiniteIsBad() {
    Verdict verdict =
        of(
            observer -> {
              observer.onStep(Runs.step(0, 1, 5, 1));
              observer.onStep(Runs.step(1, 1, 5, Double.NaN));
            });
    assertThat(verdict.level()).isEqualTo(Verdict.Level.BAD);
    assertThat(verdict.headline()).isEqualTo("The score is not finite since iteration 1");
  }

  /** Where the loss was scaled too much, an infinite score is skipped with its step. */
  @Test
  void theScoreOfAnOverflowSaysNothing() {
    double infinity = Double.POSITIVE_INFINITY;
    ClipReport overflow =
        new ClipReport(
            200, 0, infinity, infinity, 0, 0, 5, StepOutcome.OVERFLOWED, Map.of(), "main");
    Consumer<ClipObserver> steps = observer -> Runs.healthy(observer, 200, 5);
    assertThat(of(steps.andThen(each -> each.onStep(overflow))).level())
        .isEqualTo(Verdict.Level.GOOD);
  }

  /** Renormalizing scales most steps up at first: that is no bound that clips most steps. */
  @Test
  void scalingUpIsNoClip() {
    Verdict verdict =
        of(
            observer -> {
              for (int i = 0; i < 200; i++) {
                observer.onStep(
                    new ClipReport(i, 0, 1, 0.5, 1, 2, 1, StepOutcome.SCALED_UP, Map.of(), "main"));
              }
            });
    assertThat(verdict.level()).isEqualTo(Verdict.Level.GOOD);
    assertThat(verdict.headline()).isEqualTo("Healthy: 200 steps, 0 % clipped");
  }

  @Test
  void anOutlierThatNothingBoundedIsAWarning() {
    Consumer<ClipObserver> steps = observer -> Runs.healthy(observer, 200, 5);
    double infinity = Double.POSITIVE_INFINITY;
    Verdict measured = of(steps.andThen(each -> each.onStep(Runs.step(200, 1e6, infinity, 1))));
    assertThat(measured.level()).isEqualTo(Verdict.Level.WARNING);
    assertThat(measured.headline()).startsWith("Unstable: 201 steps");
    Verdict clipped = of(steps.andThen(each -> each.onStep(Runs.step(200, 1e6, 5, 1))));
    assertThat(clipped.level()).isEqualTo(Verdict.Level.GOOD);
    assertThat(clipped.details())
        .containsExactly(
            "All gradients are finite. The largest norm was 1.00e6 at iteration 200, cut to 5.");
  }

  @Test
  void normsBeyondADoubleAreSaid() {
    ClipReport beyond =
        new ClipReport(
            0, 0, 1, Double.POSITIVE_INFINITY, 1, 0, 1, StepOutcome.CLIPPED, Map.of(), "main");
    assertThat(of(observer -> observer.onStep(beyond)).details())
        .isEqualTo(List.of("Every norm is beyond the range of a double."));
  }
}
