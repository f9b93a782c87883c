package io.github.dl4jclipping.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.internal.log.Numbers;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;

/** What users read. */
class ClippingLogTest {

  @Test
  void oneLineEverySoManyIterations() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    network.addListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.01)).logEvery(2));
    try (LogCapture log = new LogCapture(Level.INFO)) {
      for (int i = 0; i < 5; i++) {
        network.fit(Networks.batch(7, i));
      }
      List<String> lines = log.at(Level.INFO);
      assertThat(lines).hasSize(4);
      assertThat(lines.get(0))
          .isEqualTo(
              "Clipping the gradients of a MultiLayerNetwork: globalNorm(maxNorm=0.01,"
                  + " normType=L2), nonFinite=RAISE");
      String number = "-?[0-9.e+-]+";
      assertThat(lines.get(2))
          .matches(
              "iteration=2 epoch=0 score="
                  + number
                  + " normBeforeClip="
                  + number
                  + " normAfterClip=0\\.0099\\d* coefficient="
                  + number
                  + " maxNorm=0\\.0100000 outcome=CLIPPED \\| since last line: steps=2 clipped=2"
                  + " largestNormBeforeClip="
                  + number
                  + " skipped=0");
      assertThat(log.at(Level.DEBUG)).isEmpty();
    }
  }

  @Test
  void whatDoesNotExistIsNotWrittenAsANumber() {
    try (LogCapture log = new LogCapture(Level.INFO)) {
      MultiLayerNetwork values = Networks.dense(Networks.conf(new Adam(1e-2)));
      values.addListeners(new GradientClippingListener(GradientClipping.byValue(0.01)));
      values.fit(Networks.batch(7, 1));
      MultiLayerNetwork raised = Networks.dense(Networks.conf(new Adam(1e-2)));
      raised.addListeners(new GradientClippingListener(GradientClipping.measureOnly()));
      assertThatThrownBy(() -> raised.fit(Networks.nanBatch(7, 1)))
          .isInstanceOf(NonFiniteGradientException.class);

      assertThat(log.at(Level.INFO).get(1))
          .contains(" coefficient=n/a maxNorm=n/a outcome=CLIPPED");
      assertThat(log.at(Level.INFO).get(2))
          .isEqualTo("Measuring the gradients of a MultiLayerNetwork: none(), nonFinite=RAISE");
      assertThat(log.at(Level.INFO).get(3))
          .contains("normBeforeClip=NaN normAfterClip=n/a coefficient=n/a")
          .contains("largestNormBeforeClip=n/a");
    }
  }

  @Test
  void everythingIsLoggedUnderOneName() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    network.addListeners(new GradientClippingListener(skipping()));
    try (LogCapture log = new LogCapture(Level.INFO)) {
      network.fit(Networks.nanBatch(7, 1));
      assertThat(log.names()).hasSize(3).containsOnly("io.github.dl4jclipping");
    }
  }

  @Test
  void parameterNormsAtDebug() {
    ComputationGraph network = Networks.graph(Networks.conf(new Adam(1e-2)));
    network.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(0.01)));
    try (LogCapture log = new LogCapture(Level.DEBUG)) {
      network.fit(Networks.batch(7, 1));
      assertThat(log.at(Level.DEBUG)).hasSize(1);
      assertThat(log.at(Level.DEBUG).get(0))
          .startsWith("iteration=0 normsBeforeClip: a_W=")
          .contains(" out_b=");
    }
  }

  @Test
  void noPeriodicLineButWarnings() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    network.addListeners(new GradientClippingListener(skipping()).logEvery(0));
    try (LogCapture log = new LogCapture(Level.INFO)) {
      network.fit(Networks.batch(7, 1));
      network.fit(Networks.nanBatch(7, 1));
      assertThat(log.at(Level.INFO)).hasSize(1).first().asString().startsWith("Clipping the");
      assertThat(log.at(Level.WARN)).hasSize(1);
      assertThat(log.at(Level.WARN).get(0))
          .contains("Non-finite gradient at iteration 1")
          .contains("0_W")
          .contains(
              "The step was skipped; nothing was applied. This is consecutive skip 1 of at most 100.");
    }
  }

  @Test
  void warningsOfIncidentsThinOut() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    network.addListeners(new GradientClippingListener(skipping()).logEvery(0));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      for (int i = 0; i < 20; i++) {
        network.fit(Networks.nanBatch(7, 1));
      }
      // Incidents 1, 2, 4, 8 and 16.
      assertThat(log.at(Level.WARN)).hasSize(5);
      assertThat(log.at(Level.WARN).get(4))
          .contains("Incident 16")
          .contains("not logged since the last such line: 7.");
    }
  }

  @Test
  void windowCountsSkips() {
    ReportWindow window = new ReportWindow();
    window.add(report(5, 1, StepOutcome.CLIPPED, 0.2));
    window.add(report(Double.NaN, 0, StepOutcome.SKIPPED, 0));
    window.add(report(0.5, 0.5, StepOutcome.UNCHANGED, 1));
    window.add(report(7, 6, StepOutcome.CLIPPED, Double.NaN));
    window.add(report(3, 1, StepOutcome.ZEROED, 0.3));
    assertThat(window).hasToString("steps=5 clipped=3 largestNormBeforeClip=7.00000 skipped=1");
    window.reset();
    assertThat(window).hasToString("steps=0 clipped=0 largestNormBeforeClip=n/a skipped=0");
  }

  @Test
  void numbersReadWell() {
    assertThat(Numbers.format(1234.56789)).isEqualTo("1234.57");
    assertThat(Numbers.format(1e-7)).isEqualTo("1.00000e-07");
    assertThat(Numbers.format(Double.NaN)).isEqualTo("NaN");
    assertThat(Numbers.format(Double.POSITIVE_INFINITY)).isEqualTo("Infinity");
  }

  private static ClipReport report(
      double norm, double clippedNorm, StepOutcome outcome, double coefficient) {
    return new ClipReport(
        0, 0, 0, norm, clippedNorm, coefficient, 1, outcome, java.util.Map.of(), "main");
  }

  private static GradientClipping skipping() {
    return GradientClipping.builder()
        .maxNorm(1)
        .nonFinite(NonFinitePolicy.SKIP)
        .maxConsecutiveSkips(100)
        .build();
  }
}
