package io.github.dl4jclipping.internal.report;

import static io.github.dl4jclipping.norm.JavaSerialization.roundTrip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.sun.management.ThreadMXBean;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.internal.log.Numbers;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The log's warnings of gradients that vanish, and of a bound that almost always clips. */
class AlarmsTest {

  private static final GradientClipping NEVER = GradientClipping.byGlobalNorm(1e9);
  private static final GradientClipping ALWAYS = GradientClipping.byGlobalNorm(1e-6);

  /** What there is to learn, and what is learnt already: no gradient at all. */
  private static final DataSet SOMETHING = batch(1);

  private static final DataSet NOTHING = batch(0);

  private final LogCapture log = new LogCapture(Level.WARN);

  @AfterEach
  void closeLog() {
    log.close();
  }

  @Test
  void gradientsThatAreAllZeroAreSaidOnce() {
    MultiLayerNetwork network = linear(new GradientClippingListener(NEVER));
    fit(network, NOTHING, 99);
    assertThat(warnings()).isEmpty();
    fit(network, NOTHING, 1);
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith(
            "Vanishing gradients: normBeforeClip was at most 1.00000e-08 for 100 consecutive steps")
        .contains("up to iteration 99 with 0.00000", "warnWhenVanishing");
    fit(network, NOTHING, 300);
    assertThat(warnings()).hasSize(1);
  }

  @Test
  void warningsOfRowsThinOutAndCountThoseHeldBack() {
    MultiLayerNetwork network = linear(new GradientClippingListener(NEVER).warnWhenVanishing(0, 3));
    for (int row = 0; row < 5; row++) {
      fit(network, NOTHING, 3);
      fit(network, SOMETHING, 1);
      fit(network, NOTHING, 2); // too short a row
      fit(network, SOMETHING, 1);
    }
    assertThat(warnings()).hasSize(3); // rows 1, 2 and 4
    assertThat(warnings().get(0)).endsWith("warnWhenVanishing.");
    assertThat(warnings().get(2))
        .endsWith("Incident 4 on this network; not logged since the last such line: 1.");
  }

  @Test
  void boundOfVanishingIsPartOfIt() {
    VanishingAlarm alarm = new VanishingAlarm();
    alarm.add(report(0.5, 0, StepOutcome.UNCHANGED), 0.5, 2);
    alarm.add(report(Double.NaN, 0, StepOutcome.SKIPPED), 0.5, 2);
    alarm.add(report(0.5, 0, StepOutcome.UNCHANGED), 0.5, 2);
    alarm.add(report(0.6, 0, StepOutcome.UNCHANGED), 0.5, 2);
    assertThat(warnings()).isEmpty();
    alarm.add(report(0.5, 0, StepOutcome.UNCHANGED), 0.5, 2);
    alarm.add(report(0.5, 0, StepOutcome.UNCHANGED), 0.5, 2);
    assertThat(warnings()).hasSize(1);
  }

  @Test
  void boundThatAlmostAlwaysClipsIsSaidOnceWithPercentiles() {
    CollectingObserver seen = new CollectingObserver();
    Model network = Kind.LAYERS.plain(new Sgd(0.1));
    network.addListeners(new GradientClippingListener(ALWAYS).observe(seen));
    for (int i = 0; i < 999; i++) {
      Kind.fit(network, Networks.batch(3, i));
    }
    assertThat(warnings()).isEmpty();
    Kind.setUpdaterNull(network); // the network is the same
    Kind.fit(network, 1);
    double[] norms = seen.steps.stream().mapToDouble(ClipReport::norm).sorted().toArray();
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith(
            "Clipping almost always: 1000 of the last 1000 steps were clipped, up to iteration 999.")
        .contains(
            " p10=" + Numbers.format(norms[99]),
            " p50=" + Numbers.format(norms[499]),
            " p90=" + Numbers.format(norms[899]),
            " p99=" + Numbers.format(norms[989]),
            " largest=" + Numbers.format(norms[999]) + " at maxNorm=1.00000e-06.",
            "warnWhenAlmostAlwaysClipping");
  }

  @ParameterizedTest
  @CsvSource({"0, 20, 1", "1, 20, 0", "2, 20, 0", "0, 19, 0"})
  void shareMustBeExceeded(int unclipped, int steps, int warnings) {
    ConstantClippingAlarm alarm = new ConstantClippingAlarm();
    for (int i = 0; i < steps; i++) {
      alarm.add(
          report(i, 1, i < unclipped ? StepOutcome.UNCHANGED : StepOutcome.CLIPPED), 0.95, 20);
    }
    assertThat(warnings()).hasSize(warnings);
  }

  @Test
  void everyWindowIsLookedAtUntilOneIsOver() {
    ConstantClippingAlarm alarm = new ConstantClippingAlarm();
    for (int window = 0; window < 4; window++) {
      for (int i = 0; i < 10; i++) {
        boolean kept = window == 0 && i < 5;
        alarm.add(report(2, 1, kept ? StepOutcome.UNCHANGED : StepOutcome.CLIPPED), 0.5, 10);
      }
    }
    assertThat(warnings()).hasSize(1);
  }

  @Test
  void normsThatAreNoNumbersAreLeftOutOfThePercentiles() {
    ConstantClippingAlarm alarm = new ConstantClippingAlarm();
    alarm.add(report(Double.NaN, 1, StepOutcome.SKIPPED), 0, 3);
    alarm.add(report(Double.POSITIVE_INFINITY, 1, StepOutcome.CLIPPED), 0, 3);
    alarm.add(report(7, 1, StepOutcome.CLIPPED), 0, 3);
    assertThat(warnings())
        .singleElement()
        .asString()
        .contains("2 of the last 3 steps", "p50=7.00000", "largest=Infinity");
    ConstantClippingAlarm none = new ConstantClippingAlarm();
    none.add(report(Double.NaN, 1, StepOutcome.CLIPPED), 0, 1);
    assertThat(warnings().get(1)).contains("p50=n/a");
  }

  static Stream<GradientClipping> boundless() {
    return Stream.of(GradientClipping.byValue(1e-6), GradientClipping.measureOnly());
  }

  @ParameterizedTest
  @MethodSource("boundless")
  void onlyABoundOnTheNormIsLookedAt(GradientClipping clipping) {
    Model network = Kind.LAYERS.plain(new Sgd(0.1));
    network.addListeners(new GradientClippingListener(clipping).warnWhenAlmostAlwaysClipping(0, 5));
    Kind.fit(network, 1, 2, 3, 4, 5, 6);
    assertThat(warnings()).isEmpty();
  }

  @Test
  void bothCanBeTurnedOff() {
    fit(linear(new GradientClippingListener(NEVER).warnWhenVanishing(1e-8, 0)), NOTHING, 101);
    ConstantClippingAlarm alarm = new ConstantClippingAlarm();
    for (int i = 0; i < 2_000; i++) {
      alarm.add(report(2, 1, StepOutcome.CLIPPED), 0.95, 0);
    }
    assertThat(warnings()).isEmpty();
  }

  @Test
  void everyNetworkIsWarnedOfBySettingsThatTravel() {
    GradientClippingListener listener =
        roundTrip(
            new GradientClippingListener(ALWAYS)
                .warnWhenAlmostAlwaysClipping(0.5, 4)
                .warnWhenVanishing(0, 2));
    for (int i = 0; i < 2; i++) {
      MultiLayerNetwork network = linear(listener);
      fit(network, SOMETHING, 4);
      fit(network, NOTHING, 2);
    }
    assertThat(warnings())
        .hasSize(4)
        .satisfies(
            all -> {
              assertThat(all.get(0)).startsWith("Clipping almost always: 4 of the last 4 steps");
              assertThat(all.get(1)).startsWith("Vanishing gradients");
              assertThat(all.get(2)).startsWith("Clipping almost always");
              assertThat(all.get(3)).startsWith("Vanishing gradients");
            });
  }

  @Test
  void stepsAllocateNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    GradientAlarms alarms = new GradientAlarms();
    ClipReport quiet = report(2, 3, StepOutcome.UNCHANGED);
    alarms.add(quiet, AlarmSettings.DEFAULT); // once: the window
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 5_000; i++) {
      alarms.add(quiet, AlarmSettings.DEFAULT);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(5_000);
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, 1, 0.5, 1, 'the norm that counts as vanishing must be finite and >= 0, but was NaN'",
    "-1, 1, 0.5, 1, 'the norm that counts as vanishing must be finite and >= 0, but was -1.0'",
    "Infinity, 1, 0.5, 1, 'the norm that counts as vanishing must be finite and >= 0, but was Infinity'",
    "0, -1, 0.5, 1, 'the number of steps with vanishing gradients must be >= 0, but was -1'",
    "0, 1, NaN, 1, 'the share of clipped steps must be >= 0 and < 1, but was NaN'",
    "0, 1, 1, 1, 'the share of clipped steps must be >= 0 and < 1, but was 1.0'",
    "0, 1, -0.1, 1, 'the share of clipped steps must be >= 0 and < 1, but was -0.1'",
    "0, 1, 0.5, -1, 'the number of steps in a window for clipping must be from 0 to 1000000, but was -1'",
    "0, 1, 0.5, 1000001, 'the number of steps in a window for clipping must be from 0 to 1000000, but was 1000001'"
  })
  void badSettingsAreRefused(double norm, int row, double share, int window, String complaint) {
    GradientClippingListener listener = new GradientClippingListener(NEVER);
    assertThatThrownBy(
            () -> listener.warnWhenVanishing(norm, row).warnWhenAlmostAlwaysClipping(share, window))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(complaint);
  }

  private List<String> warnings() {
    return log.at(Level.WARN);
  }

  /** A network at its optimum for {@link #NOTHING}, that never moves. */
  private static MultiLayerNetwork linear(GradientClippingListener listener) {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0))
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(4)
                        .nOut(3)
                        .activation(Activation.IDENTITY)
                        .weightInit(WeightInit.ZERO)
                        .build())
                .build());
    network.addListeners(listener);
    return network;
  }

  private static DataSet batch(double label) {
    return new DataSet(Nd4j.ones(2, 4), Nd4j.ones(2, 3).muli(label));
  }

  private static void fit(MultiLayerNetwork network, DataSet batch, int steps) {
    for (int i = 0; i < steps; i++) {
      network.fit(batch);
    }
  }

  private static ClipReport report(double norm, double maxNorm, StepOutcome outcome) {
    return new ClipReport(0, 0, 0, norm, norm, 1, maxNorm, outcome, Map.of(), "main");
  }
}
