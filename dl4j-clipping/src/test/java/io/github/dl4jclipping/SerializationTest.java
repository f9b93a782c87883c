package io.github.dl4jclipping;

import static io.github.dl4jclipping.norm.JavaSerialization.roundTrip;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.forensics.NonFiniteParameter;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.norm.NonFiniteCount;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;

/** Everything that travels to another JVM arrives there as it was. */
class SerializationTest {

  static Stream<Object> values() {
    return Stream.of(
        NormType.L1,
        NormType.p(1.5),
        ClipRule.globalNorm(2),
        ClipRule.globalNorm(2, NormType.INF),
        ClipRule.value(0.1),
        ClipRule.none(),
        GradientClipping.byGlobalNorm(1),
        GradientClipping.builder().nonFinite(NonFinitePolicy.SKIP).maxConsecutiveSkips(3).build(),
        new ClippedUpdater(new Adam(1e-3), GradientClipping.byGlobalNorm(1)),
        new NonFiniteCount(1, 2, 3),
        new NonFiniteParameter("0_W", 10, 1, 2, 3),
        report(),
        new ClipReport(
            3,
            1,
            Double.NaN,
            5,
            1,
            0.2,
            1,
            StepOutcome.CLIPPED,
            Map.of("0_W", 3.0, "0_b", 4.0),
            "worker 1"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void valuesStayEqual(Object value) {
    assertThat(roundTrip(value)).isEqualTo(value).hasToString(value.toString());
  }

  @Test
  void exceptionKeepsItsReport() {
    NonFiniteGradientException copy = roundTrip(new NonFiniteGradientException("advice", report()));
    assertThat(copy.report()).isEqualTo(report());
    assertThat(copy).hasMessageContaining("advice").hasMessageContaining("0_W");
  }

  @Test
  void listenerArrivesWithItsObserversAndClips() {
    GradientClippingListener listener =
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.01))
            .logEvery(7)
            .observe(new CountingObserver());
    GradientClippingListener copy = roundTrip(listener);
    assertThat(copy)
        .hasToString(listener.toString())
        .asString()
        .contains("maxNorm=0.01")
        .contains("logEvery=7")
        .contains("observers=1");
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(1e-2)));
    network.addListeners(copy);
    network.fit(Networks.batch(7, 1));
    ClipReport last = GradientClipping.lastReport(network).orElseThrow();
    assertThat(last.outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(last.parameterNorms()).isNotEmpty(); // since its observer came along
    assertThat(new GradientClippingListener())
        .asString()
        .contains("settings of the network's ClippedUpdater");
  }

  /** An observer that travels. */
  private static final class CountingObserver
      implements io.github.dl4jclipping.report.ClipObserver {
    private static final long serialVersionUID = 1L;
    private int steps;

    @Override
    public void onStep(ClipReport report) {
      steps++;
    }

    @Override
    public String toString() {
      return steps + " steps";
    }
  }

  private static NonFiniteReport report() {
    return new NonFiniteReport(
        3, 1, Double.NaN, List.of(new NonFiniteParameter("0_W", 10, 1, 2, 3)));
  }
}
