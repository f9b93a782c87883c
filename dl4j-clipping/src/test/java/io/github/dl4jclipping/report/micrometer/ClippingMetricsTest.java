package io.github.dl4jclipping.report.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.learning.config.Sgd;

class ClippingMetricsTest {

  private static final double NAN = Double.NaN;

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final ClippingMetrics metrics = new ClippingMetrics();

  @ParameterizedTest
  @EnumSource
  void prometheusScrapesWhatObserversSaw(Kind kind) throws Exception {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    CollectingObserver seen = new CollectingObserver();
    Model network = kind.plain(new Sgd(0.1));
    ClippingMetrics tagged = new ClippingMetrics(Tags.of("network", "first"));
    tagged.bindTo(prometheus);
    network.addListeners(
        new GradientClippingListener(
                GradientClipping.builder().maxNorm(0.5).nonFinite(NonFinitePolicy.SKIP).build())
            .observe(tagged)
            .observe(seen));
    Kind.fit(network, 1, 2, 3);
    Kind.fit(network, Networks.nanBatch(7, 4));
    Kind.fit(network, 5);

    Scraped scraped = Scraped.from(prometheus);
    Map<String, Double> samples = scraped.samples();
    Map<StepOutcome, Double> byOutcome = new LinkedHashMap<>();
    seen.steps.forEach(step -> byOutcome.merge(step.outcome(), 1.0, Double::sum));
    assertThat(byOutcome).containsKeys(StepOutcome.CLIPPED, StepOutcome.SKIPPED);
    byOutcome.forEach(
        (outcome, count) ->
            assertThat(samples)
                .containsEntry(
                    "dl4j_clipping_steps_total{network=first, outcome="
                        + outcome.name().toLowerCase(java.util.Locale.ROOT)
                        + "}",
                    count));
    assertThat(samples)
        .containsEntry("dl4j_clipping_steps_total{network=first, outcome=raised}", 0.0);
    assertSummary(samples, "norm", seen.steps.stream().map(ClipReport::norm).toList());
    List<ClipReport> applied =
        seen.steps.stream().filter(step -> step.outcome() != StepOutcome.SKIPPED).toList();
    assertSummary(samples, "clipped_norm", applied.stream().map(ClipReport::clippedNorm).toList());
    assertSummary(samples, "coefficient", applied.stream().map(ClipReport::coefficient).toList());
    String first = kind == Kind.LAYERS ? "0" : "dense";
    assertThat(samples)
        .containsEntry(
            "dl4j_clipping_nonfinite_steps_total{layer="
                + first
                + ", network=first, origin=features}",
            1.0);
    seen.last()
        .parameterNorms()
        .forEach(
            (name, norm) ->
                assertThat(samples)
                    .containsEntry(
                        "dl4j_clipping_parameter_norm{layer="
                            + name.substring(0, name.length() - 2)
                            + ", network=first, parameter="
                            + name
                            + "}",
                        norm));
    assertThat(scraped.text())
        .contains(
            "# HELP dl4j_clipping_norm Global norm of the mean gradient before clipping",
            "# TYPE dl4j_clipping_steps_total counter",
            "# TYPE dl4j_clipping_norm summary",
            "# TYPE dl4j_clipping_parameter_norm gauge");
  }

  private static void assertSummary(Map<String, Double> samples, String name, List<Double> values) {
    List<Double> finite = values.stream().filter(Double::isFinite).toList();
    String meter = "dl4j_clipping_" + name;
    assertThat(samples).containsEntry(meter + "_count{network=first}", (double) finite.size());
    assertThat(samples.get(meter + "_sum{network=first}"))
        .isCloseTo(finite.stream().mapToDouble(d -> d).sum(), within(1e-9));
    assertThat(samples)
        .containsEntry(
            meter + "_max{network=first}", finite.stream().mapToDouble(d -> d).max().orElseThrow());
  }

  @Test
  void oddNamesReachPrometheus() throws Exception {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    metrics.bindTo(prometheus);
    Map<String, Double> norms = new LinkedHashMap<>();
    for (String layer :
        List.of("a\"b", "a,b}", "a\nb", "a\\b", "<script>", "Größe", "x".repeat(300), "a_b")) {
      norms.put(layer + "_W", (double) norms.size());
    }
    norms.put("unlayered", -1.0);
    metrics.onStep(step(1, StepOutcome.UNCHANGED, norms));
    Map<String, Double> samples = Scraped.from(prometheus).samples();
    norms.forEach(
        (name, norm) ->
            assertThat(samples)
                .containsEntry(
                    "dl4j_clipping_parameter_norm{layer="
                        + name.replaceFirst("_W$", "")
                        + ", parameter="
                        + name
                        + "}",
                    norm));
  }

  @Test
  void numbersThatAreNotFiniteSpoilNoSum() {
    metrics.bindTo(registry);
    metrics.onStep(step(2, StepOutcome.CLIPPED, Map.of("0_W", 2.0)));
    metrics.onStep(step(NAN, StepOutcome.RAISED, Map.of("0_W", NAN)));
    assertThat(registry.get("dl4j.clipping.norm").summary().totalAmount()).isEqualTo(2);
    assertThat(registry.get("dl4j.clipping.clipped.norm").summary().count()).isEqualTo(1);
    assertThat(registry.get("dl4j.clipping.parameter.norm").gauge().value()).isNaN();
  }

  @Test
  void normBeyondTheRangeOfADoubleHasNoLayer() {
    metrics.bindTo(registry);
    metrics.onNonFinite(new NonFiniteReport(1, 0, 1, List.of()));
    metrics.onNonFinite(new NonFiniteReport(2, 0, 1, List.of()));
    assertThat(registry.get("dl4j.clipping.nonfinite.steps").tag("layer", "none").counter().count())
        .isEqualTo(2);
  }

  @Test
  void countsFromWhenItIsBoundInEveryRegistryOnce() {
    MeterRegistry second = new SimpleMeterRegistry();
    metrics.onStep(step(1, StepOutcome.UNCHANGED, Map.of()));
    metrics.bindTo(registry);
    metrics.bindTo(registry);
    metrics.onStep(step(1, StepOutcome.UNCHANGED, Map.of()));
    metrics.bindTo(second);
    metrics.onStep(step(1, StepOutcome.UNCHANGED, Map.of()));
    assertThat(unchanged(registry)).isEqualTo(2);
    assertThat(unchanged(second)).isEqualTo(1);
  }

  private static double unchanged(MeterRegistry registry) {
    return registry.get("dl4j.clipping.steps").tag("outcome", "unchanged").counter().count();
  }

  @Test
  void closingTakesItsMetersAwayAndNoOthers() {
    registry.counter("dl4j.clipping.other");
    metrics.bindTo(registry);
    metrics.onStep(step(1, StepOutcome.UNCHANGED, Map.of("0_W", 1.0)));
    metrics.onNonFinite(new NonFiniteReport(1, 0, 1, List.of()));
    metrics.close();
    metrics.close();
    metrics.onStep(step(1, StepOutcome.UNCHANGED, Map.of("0_W", 1.0)));
    assertThat(registry.getMeters())
        .extracting(Meter::getId)
        .extracting(Meter.Id::getName)
        .containsExactly("dl4j.clipping.other");
    metrics.bindTo(registry);
    assertThat(unchanged(registry)).isZero();
  }

  @Test
  void seriesDoNotGrowWithStepsOrWorkers() {
    metrics.bindTo(registry);
    for (int i = 0; i < 100; i++) {
      metrics.onStep(
          new ClipReport(
              i, i, i, i, i, 1, 1, StepOutcome.UNCHANGED, Map.of("0_W", 1.0), "worker " + i));
    }
    assertThat(registry.getMeters()).hasSize(StepOutcome.values().length + 3 + 1);
  }

  @Test
  void workersAddUp() throws InterruptedException {
    metrics.bindTo(registry);
    GradientClippingListener listener =
        new GradientClippingListener(GradientClipping.measureOnly()).observe(metrics);
    Thread[] workers = new Thread[2];
    for (int i = 0; i < workers.length; i++) {
      Model network = Kind.LAYERS.plain(new Sgd(0.1));
      network.addListeners(listener);
      workers[i] = new Thread(() -> Kind.fit(network, 1, 2, 3));
      workers[i].start();
    }
    for (Thread worker : workers) {
      worker.join();
    }
    assertThat(unchanged(registry)).isEqualTo(6);
  }

  @Test
  void refusesToTravelAndSaysWhatToDo() {
    GradientClippingListener listener =
        new GradientClippingListener(GradientClipping.measureOnly()).observe(metrics);
    assertThatThrownBy(
            () -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(listener))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining("ClippingMetrics([])")
        .hasMessageContaining("DriverReports");
  }

  @Test
  void nullIsRefused() {
    assertThatThrownBy(() -> metrics.bindTo(null)).hasMessage("registry must not be null");
    assertThatThrownBy(() -> new ClippingMetrics(null)).hasMessage("tags must not be null");
  }

  private static ClipReport step(double norm, StepOutcome outcome, Map<String, Double> norms) {
    return new ClipReport(0, 0, 0.5, norm, norm, 1, 1, outcome, norms, "main");
  }
}
