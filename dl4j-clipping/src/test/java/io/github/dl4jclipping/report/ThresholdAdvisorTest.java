package io.github.dl4jclipping.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.norm.JavaSerialization;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.apache.commons.math3.stat.descriptive.rank.Percentile.EstimationType;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

class ThresholdAdvisorTest {

  private static ClipReport step(double norm, double bound, StepOutcome outcome) {
    return new ClipReport(
        0, 0, 1, norm, Math.min(norm, bound), 1, bound, outcome, Map.of(), "main");
  }

  /** A run of the norms 1, 2, ... as a rule with a bound treats them. */
  private static ThresholdAdvisor run(int steps, double bound) {
    ThresholdAdvisor advisor = new ThresholdAdvisor();
    for (int i = 1; i <= steps; i++) {
      advisor.onStep(step(i, bound, i > bound ? StepOutcome.CLIPPED : StepOutcome.UNCHANGED));
    }
    return advisor;
  }

  @Test
  void suggestsThe90thPercentileOfAHealthyRun() {
    ThresholdAdvice advice = run(1000, Double.POSITIVE_INFINITY).advice();
    assertThat(advice.steps()).isEqualTo(1000);
    assertThat(advice.clipped()).isZero();
    assertThat(advice.p50()).isEqualTo(500.5);
    assertThat(advice.p90()).isCloseTo(900.1, within(1e-9));
    assertThat(advice.p95()).isCloseTo(950.05, within(1e-9));
    assertThat(advice.p99()).isCloseTo(990.01, within(1e-9));
    assertThat(advice.largest()).isEqualTo(1000);
    assertThat(advice.hasSuggestion()).isTrue();
    assertThat(advice.suggestion()).isEqualTo(900);
    assertThat(advice.suggestionClips()).isEqualTo(0.1);
    assertThat(advice.reason())
        .isEqualTo(
            "the 90th percentile: it leaves nine steps in ten unchanged and bounds the largest norms");
  }

  @Test
  void tellsWhatACandidateWouldClip() {
    ThresholdAdvisor advisor = run(1000, Double.POSITIVE_INFINITY);
    assertThat(advisor.clippedShareAt(750)).isEqualTo(0.25);
    assertThat(advisor.clippedShareAt(1000)).isZero();
    assertThat(advisor.clippedShareAt(0.5)).isOne();
    assertThat(new ThresholdAdvisor().clippedShareAt(1)).isZero();
  }

  @Test
  void saysSoWhereTheRunClippedMostSteps() {
    ThresholdAdvice advice = run(1000, 300).advice();
    assertThat(advice.clipped()).isEqualTo(700);
    assertThat(advice.suggestion()).isEqualTo(900);
    assertThat(advice.reason()).contains("this run clipped most of its steps");
  }

  @Test
  void saysSoWhereTheBoundClippedNothing() {
    assertThat(run(1000, 5000).advice().reason()).endsWith("5000.00, clipped nothing");
    assertThat(run(1000, 950).advice().reason()).endsWith("bounds the largest norms");
  }

  @Test
  void suggestsTheMedianOfARunThatExploded() {
    ThresholdAdvisor advisor = run(100, Double.POSITIVE_INFINITY);
    for (int i = 0; i < 30; i++) {
      advisor.onStep(step(Math.pow(10, i + 3), Double.POSITIVE_INFINITY, StepOutcome.UNCHANGED));
    }
    ThresholdAdvice advice = advisor.advice();
    assertThat(advice.suggestion()).isEqualTo(66); // of 65.5
    assertThat(advice.reason()).startsWith("the median").contains("exploded");
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"UNCHANGED", "SCALED_UP", "CLIPPED", "OVERFLOWED"})
  void whatIsNotFiniteNeverEnters(StepOutcome outcome) {
    ThresholdAdvisor advisor = run(200, Double.POSITIVE_INFINITY);
    ThresholdAdvice before = advisor.advice();
    for (int i = 0; i < 50; i++) {
      advisor.onStep(step(outcome == StepOutcome.ZEROED ? 1e9 : Double.NaN, 5, outcome));
    }
    ThresholdAdvice after = advisor.advice();
    assertThat(after.nonFinite()).isEqualTo(50);
    assertThat(after.steps()).isEqualTo(250);
    assertThat(List.of(after.p50(), after.p99(), after.largest(), after.suggestion()))
        .isEqualTo(List.of(before.p50(), before.p99(), before.largest(), before.suggestion()));
  }

  /** Expected under loss scaling, and no non-finite step: of such a step nothing is learned. */
  @Test
  void anOverflowIsAStepAndNothingElse() {
    ThresholdAdvisor advisor = run(200, 950);
    ThresholdAdvice before = advisor.advice();
    for (double norm : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e9}) {
      advisor.onStep(step(norm, Double.POSITIVE_INFINITY, StepOutcome.OVERFLOWED));
    }
    ThresholdAdvice after = advisor.advice();
    assertThat(after.steps()).isEqualTo(203);
    assertThat(after.nonFinite()).isZero();
    assertThat(after.largest()).isEqualTo(200);
    assertThat(after.reason()).isEqualTo(before.reason()).endsWith("950.000, clipped nothing");
  }

  @Test
  void aNormBeyondADoubleIsCountedApart() {
    ThresholdAdvisor advisor = run(100, 5);
    advisor.onStep(step(Double.POSITIVE_INFINITY, 5, StepOutcome.CLIPPED));
    assertThat(advisor.advice().nonFinite()).isOne();
    assertThat(advisor.advice().largest()).isEqualTo(100);
  }

  @Test
  void suggestsNothingFromTooFewSteps() {
    ThresholdAdvice none = new ThresholdAdvisor().advice();
    assertThat(none.hasSuggestion()).isFalse();
    assertThat(none.p50()).isNaN();
    assertThat(none.largest()).isNaN();
    assertThat(none.suggestionClips()).isNaN();
    ThresholdAdvice few = run(ThresholdAdvisor.MIN_STEPS - 1, 5).advice();
    assertThat(few.hasSuggestion()).isFalse();
    assertThat(few.reason())
        .isEqualTo("too few steps: 99 steps have a finite gradient, but percentiles need 100");
    assertThat(few.p50()).isEqualTo(50);
    assertThat(run(ThresholdAdvisor.MIN_STEPS, 5).advice().hasSuggestion()).isTrue();
  }

  @Test
  void suggestsNothingWhereNormsAreZero() {
    ThresholdAdvisor advisor = new ThresholdAdvisor();
    IntStream.range(0, 200).forEach(i -> advisor.onStep(step(0, 5, StepOutcome.UNCHANGED)));
    assertThat(advisor.advice().hasSuggestion()).isFalse();
    assertThat(advisor.advice().reason()).contains("nothing to clip");
  }

  @Test
  void mostlyZeroNormsAreNoExplosion() {
    ThresholdAdvisor advisor = new ThresholdAdvisor();
    IntStream.range(0, 200)
        .forEach(i -> advisor.onStep(step(i % 3 == 0 ? 7 : 0, 5, StepOutcome.UNCHANGED)));
    assertThat(advisor.advice().suggestion()).isEqualTo(7);
  }

  @Test
  void writesOneLineAtTheEndOfEachEpoch() {
    ThresholdAdvisor advisor = new ThresholdAdvisor();
    CollectingObserver all = new CollectingObserver();
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    network.addListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.3))
            .logEvery(0)
            .observe(advisor)
            .observe(all));
    List<DataSet> batches = IntStream.range(0, 60).mapToObj(i -> Networks.batch(7, i)).toList();
    try (LogCapture log = new LogCapture(Level.INFO)) {
      network.fit(new ListDataSetIterator<>(batches, 1), 2);

      List<String> lines =
          log.at(Level.INFO).stream().filter(line -> line.contains("thresholdAdvice")).toList();
      assertThat(lines).hasSize(2);
      assertThat(lines.get(0)).startsWith("epoch=0 thresholdAdvice: steps=60 clipped=");
      assertThat(lines.get(1)).startsWith("epoch=1 thresholdAdvice: steps=120 clipped=");
      assertThat(lines.get(0)).contains("suggestedMaxNorm=n/a").contains("reason=\"too few steps");
      assertThat(lines.get(1)).contains("reason=\"the 90th percentile");
    }
    double[] norms = all.steps.stream().mapToDouble(ClipReport::norm).toArray();
    assertThat(advisor.advice().p90())
        .isEqualTo(
            new Percentile().withEstimationType(EstimationType.R_7).evaluate(norms, 90),
            within(1e-12));
    assertThat(advisor.clippedShareAt(0.3))
        .isEqualTo(advisor.advice().clipped() / (double) advisor.advice().steps());
  }

  @Test
  void travelsWithWhatItKnows() {
    ThresholdAdvisor advisor = run(1000, 300);
    assertThat(JavaSerialization.roundTrip(advisor).advice()).isEqualTo(advisor.advice());
    assertThat(advisor.norms().count()).isEqualTo(1000);
    assertThat(advisor).hasToString("ThresholdAdvisor(QuantileSketch(count=1000, exact=true))");
  }
}
