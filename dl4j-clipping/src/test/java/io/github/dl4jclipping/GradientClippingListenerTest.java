package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;

/** The listener as a user meets it: one line on a network. */
class GradientClippingListenerTest {

  @Test
  void clipsTheVeryFirstStep() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    List<ClipReport> reports = new ArrayList<>();
    network.addListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.01)).observe(reports::add));

    network.fit(Networks.batch(7, 1));

    assertThat(reports).hasSize(1);
    ClipReport report = reports.get(0);
    assertThat(report.outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(report.norm()).isGreaterThan(0.01);
    assertThat(report.clippedNorm()).isLessThanOrEqualTo(0.01);
    assertThat(report.parameterNorms())
        .containsOnlyKeys("0_W", "0_b", "1_gamma", "1_beta", "2_W", "2_b");
    assertThat(GradientClipping.lastReport(network)).contains(report);
  }

  @Test
  void raisesOnNaN() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    network.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(1)));
    network.fit(Networks.batch(7, 1));

    assertThatThrownBy(() -> network.fit(Networks.nanBatch(7, 2)))
        .isInstanceOf(NonFiniteGradientException.class)
        .hasMessageContaining("0_W")
        .hasMessageContaining("SKIP");
  }
}
