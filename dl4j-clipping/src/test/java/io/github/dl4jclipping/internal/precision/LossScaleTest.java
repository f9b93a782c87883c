package io.github.dl4jclipping.internal.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The scale follows the rule of PyTorch's {@code GradScaler.update}, worked out by hand from its
 * documentation: an overflow multiplies by the backoff factor and starts the count of good steps
 * anew; the count's reaching the growth interval multiplies by the growth factor, and does too.
 */
class LossScaleTest {

  /** Steps: G is good, O overflows. Scales: after each step. */
  @ParameterizedTest
  @CsvSource({
    "2, 0.5, 3, 8, GGG, 8 8 16",
    "2, 0.5, 3, 8, GGOGGG, 8 8 4 4 4 8",
    "2, 0.5, 3, 8, OOGGGGGG, 4 2 2 2 4 4 4 8",
    "2, 0.5, 1, 8, GGOG, 16 32 16 32",
    "2, 0.5, 2000, 65536, OGO, 32768 32768 16384",
    "3, 0.25, 2, 12, GGOGOGG, 12 36 9 9 2.25 2.25 6.75",
    // between the bounds 1 and 64
    "2, 0.5, 1, 32, GGG, 64 64 64",
    "2, 0.5, 9, 2, O, 1",
    "4, 0.1, 1, 5, OGGGG, 1 4 16 64 64"
  })
  void followsGradScaler(
      double growth, double backoff, int interval, double initial, String steps, String expected) {
    LossScale scale =
        new LossScale(
            LossScaling.dynamic()
                .withInitialScale(initial)
                .withMaxScale(Math.max(64, initial))
                .withGrowthFactor(growth)
                .withBackoffFactor(backoff)
                .withGrowthInterval(interval));
    List<Double> scales = new ArrayList<>();
    for (int i = 0; i < steps.length(); i++) {
      if (steps.charAt(i) == 'G') {
        scale.good();
      } else {
        scale.overflow();
      }
      scales.add(scale.scale());
    }
    assertThat(scales)
        .isEqualTo(List.of(expected.split(" ")).stream().map(Double::valueOf).toList());
    assertThat(scale.status().overflows()).isEqualTo(steps.chars().filter(c -> c == 'O').count());
  }

  @ParameterizedTest
  @CsvSource({"64, 64", "1e9, 128", "0.001, 2"})
  void goesOnFromWhatWasSavedWithinItsBounds(double saved, double expected) {
    LossScaling settings =
        LossScaling.dynamic()
            .withInitialScale(4)
            .withMinScale(2)
            .withMaxScale(128)
            .withGrowthInterval(3);
    LossScale scale = new LossScale(settings, new LossScaleStatus(saved, 2, 7));
    assertThat(scale.status()).isEqualTo(new LossScaleStatus(expected, 2, 7));
    scale.good();
    assertThat(scale.scale()).isEqualTo(Math.min(2 * expected, 128));
    assertThat(scale.status().goodSteps()).isZero();
  }

  @Test
  void whatALossWasMultipliedByIsTakenOnce() {
    LossScale scale = new LossScale(LossScaling.dynamic());
    Gradient gradient = new DefaultGradient();
    Gradient foreign = new DefaultGradient();
    assertThat(scale.take(gradient, true)).isEmpty();
    scale.remember(gradient, 4);
    assertThat(scale.take(foreign, false)).isEmpty();
    assertThat(scale.take(gradient, true)).hasValue(4);
    assertThat(scale.take(gradient, true)).isEmpty();
    scale.remember(gradient, 4);
    scale.forget();
    assertThat(scale.take(gradient, true)).isEmpty();
  }

  /** It stands in the same memory: whether it is the scaled one nobody knows. */
  @Test
  void refusesAnotherGradientInItsPlace() {
    LossScale scale = new LossScale(LossScaling.dynamic());
    scale.remember(new DefaultGradient(), 4);
    Gradient other = new DefaultGradient();
    assertThatIllegalStateException()
        .isThrownBy(() -> scale.take(other, true))
        .withMessageContainingAll("multiplied by 4.0", "Nothing was applied");
    assertThat(scale.take(other, true)).isEmpty();
  }
}
