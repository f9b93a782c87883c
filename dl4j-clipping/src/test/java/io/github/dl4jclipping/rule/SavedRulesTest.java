package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A history that is damaged is refused whole, and would have clipped wrongly. */
class SavedRulesTest {

  private static final ZClipRule Z_CLIP = ZClipRule.DEFAULT.withWarmUp(4);
  private static final AdaGcRule ADA_GC = AdaGcRule.DEFAULT.withWarmUp(2);

  private static Map<String, double[]> norms(double... numbers) {
    return Map.of("norms", numbers);
  }

  private static Map<String, double[]> zClip(double[] gathered, double... meanAndVariance) {
    return Map.of("gathered", gathered, "meanAndVariance", meanAndVariance);
  }

  private static Map<String, double[]> adaGc(double step, double... gamma) {
    return Map.of("step", new double[] {step}, "gamma", gamma);
  }

  private static double[] numbers(double... numbers) {
    return numbers;
  }

  static Stream<Arguments> damages() {
    ClipRule autoClip = ClipRule.autoClip();
    double nan = Double.NaN;
    double infinity = Double.POSITIVE_INFINITY;
    double large = 1e160; // finite, and its square is not
    Map<String, double[]> more = new HashMap<>(norms(1, 2, 1, 1, 2, 1));
    more.put("more", numbers(1));
    return Stream.of(
        Arguments.of(ClipRule.globalNorm(1), norms(), "does not learn"),
        Arguments.of(autoClip, Map.of(), "must have \"norms\" and nothing else, but has []"),
        Arguments.of(autoClip, more, "nothing else"),
        Arguments.of(autoClip, norms(1), "has 1 numbers"),
        Arguments.of(autoClip, norms(1, 2), "has 2 numbers"),
        Arguments.of(autoClip, norms(2, 1, 1, 1, 2, 1), "smallest"),
        Arguments.of(autoClip, norms(0.5, 2, 1, 1, 2, 1), "smallest"),
        Arguments.of(autoClip, norms(1, 3, 1, 1, 2, 1), "largest"),
        Arguments.of(autoClip, norms(1, nan, 1, 1, 2, 1), "NaN"),
        Arguments.of(autoClip, norms(1, infinity, 1, 1, 2, 1), "Infinity"),
        Arguments.of(autoClip, norms(1, 2, 2, 1, 1, 1), "1.0 comes after 2.0"),
        Arguments.of(autoClip, norms(1, 2, 1, 1, 1, 1, 2, 1), "1.0 comes after 1.0"),
        Arguments.of(autoClip, norms(-1, 2, -1, 1, 2, 1), "-1.0"),
        Arguments.of(autoClip, norms(1, 2, 1, 0, 2, 1), "a count must be"),
        Arguments.of(autoClip, norms(1, 2, 1, -1, 2, 1), "a count must be"),
        Arguments.of(autoClip, norms(1, 2, 1, 1.5, 2, 1), "a count must be"),
        Arguments.of(autoClip, norms(1, 2, 1, nan, 2, 1), "a count must be"),
        Arguments.of(autoClip, norms(1, 2, 1, 0x1p54, 2, 1), "a count must be"),
        Arguments.of(autoClip, norms(1, 2, 1, 0x1p53, 2, 1), "all counts together must be <= 2^53"),
        Arguments.of(autoClip, norms(0, 2, 0, 1, 2, 1), "the smallest norm must be > 0"),
        Arguments.of(autoClip, norms(1, 2, 1.01, 9000, 2, 9000), "smallest"),
        Arguments.of(autoClip, norms(1, 2, 1, 9000, 1.9, 9000), "largest"),
        Arguments.of(Z_CLIP, Map.of("gathered", numbers(1)), "\"meanAndVariance\""),
        Arguments.of(Z_CLIP, zClip(numbers(1, 1, 1, 1)), "fewer norms than the warm-up of 4"),
        Arguments.of(Z_CLIP.withWarmUp(0), zClip(numbers(1)), "fewer norms"),
        Arguments.of(Z_CLIP, zClip(numbers(1, 0)), "gathered[1] must be > 0"),
        Arguments.of(Z_CLIP, zClip(numbers(1, -1)), "gathered[1]"),
        Arguments.of(Z_CLIP, zClip(numbers(nan)), "gathered[0]"),
        Arguments.of(Z_CLIP, zClip(numbers(1, large)), "gathered[1]"),
        Arguments.of(Z_CLIP, zClip(numbers(infinity)), "gathered[0]"),
        Arguments.of(Z_CLIP, zClip(numbers(1), 1, 1), "empty after the warm-up"),
        Arguments.of(Z_CLIP, zClip(numbers(), 1), "have 2 numbers, but was 1"),
        Arguments.of(Z_CLIP, zClip(numbers(), 1, 1, 1), "have 2 numbers"),
        Arguments.of(Z_CLIP, zClip(numbers(), 0, 1), "the mean must be > 0"),
        Arguments.of(Z_CLIP, zClip(numbers(), -1, 1), "the mean"),
        Arguments.of(Z_CLIP, zClip(numbers(), nan, 1), "the mean"),
        Arguments.of(Z_CLIP, zClip(numbers(), large, 1), "the mean"),
        Arguments.of(Z_CLIP, zClip(numbers(), 1, -1e-9), "the variance must be finite and >= 0"),
        Arguments.of(Z_CLIP, zClip(numbers(), 1, infinity), "the variance"),
        Arguments.of(Z_CLIP, zClip(numbers(), 1, nan), "the variance"),
        Arguments.of(ADA_GC, adaGc(1.5, 1, 1), "step[0] must be a whole number"),
        Arguments.of(ADA_GC, adaGc(-1, 1, 1), "step[0]"),
        Arguments.of(ADA_GC, adaGc(nan, 1, 1), "step[0]"),
        Arguments.of(ADA_GC, adaGc(1e300, 1, 1), "step[0]"),
        Arguments.of(ADA_GC, adaGc(1, 1), "have 2 numbers, but was 1"),
        Arguments.of(ADA_GC, adaGc(1, 1, 0), "gamma[1] must be finite and > 0"),
        Arguments.of(ADA_GC, adaGc(1, -0.5, 1), "gamma[0]"),
        Arguments.of(ADA_GC, adaGc(1, nan, 1), "gamma[0]"),
        Arguments.of(ADA_GC, adaGc(1, infinity, 1), "gamma[0]"),
        Arguments.of(ADA_GC, adaGc(0, -1, 1), "-1 before the first step"),
        Arguments.of(
            ADA_GC,
            Map.of("step", numbers(1, 1), "gamma", numbers(1, 1)),
            "step must have 1 numbers"));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("damages")
  void refusesAndChangesNothing(ClipRule rule, Map<String, double[]> saved, String message) {
    RuleState state = rule.start(RulesOnSeriesTest.parameters(2));
    IntStream.range(1, 6).forEach(i -> decide(state, i));
    Map<String, double[]> before = state.save();
    assertThatThrownBy(() -> state.restore(saved))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    before.forEach((name, numbers) -> assertThat(state.save().get(name)).isEqualTo(numbers));
  }

  static Stream<Arguments> histories() {
    return Stream.of(
        Arguments.of(ClipRule.globalNorm(1), Map.of()),
        Arguments.of(ClipRule.autoClip(), norms()),
        Arguments.of(ClipRule.autoClip(), norms(1, 1, 1, 1)),
        Arguments.of(
            ClipRule.autoClip(), norms(Double.MIN_VALUE, 1e300, Double.MIN_VALUE, 1, 1e300, 3)),
        Arguments.of(Z_CLIP, zClip(numbers())),
        Arguments.of(Z_CLIP, zClip(numbers(1, 2, 3))),
        Arguments.of(Z_CLIP, zClip(numbers(), 1e-300, 0)),
        Arguments.of(ADA_GC, adaGc(0, -1, -1)),
        Arguments.of(ADA_GC, adaGc(1, -1, 1e-300)),
        Arguments.of(ADA_GC, adaGc(0x1p53, 1, 1e300)));
  }

  /** What an earlier state of this rule may have saved. */
  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("histories")
  void takesUp(ClipRule rule, Map<String, double[]> saved) {
    RuleState state = rule.start(RulesOnSeriesTest.parameters(2));
    IntStream.range(1, 6).forEach(i -> decide(state, i));
    state.restore(saved);
    assertThat(state.save().keySet()).isEqualTo(saved.keySet());
    saved.forEach((name, numbers) -> assertThat(state.save().get(name)).isEqualTo(numbers));
  }

  private static void decide(RuleState state, int step) {
    double[] norms = {step, 2 * step};
    state.decide(new GradientMeasurement(step, 0, step, norms));
  }
}
