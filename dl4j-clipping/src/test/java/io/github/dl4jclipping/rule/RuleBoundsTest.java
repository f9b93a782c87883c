package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every setting of every rule is checked where it is written, by name and bound. */
class RuleBoundsTest {

  private static final double INFINITY = Double.POSITIVE_INFINITY;
  private static final double[] NOT_POSITIVE = {0, -1, Double.NaN, INFINITY, -INFINITY};
  private static final double[] NOT_BETWEEN_0_AND_1 = {0, 1, -0.1, 1.1, Double.NaN, INFINITY};

  static Stream<Arguments> wrongNumbers() {
    return Stream.of(
            wrong("maxNorm", ClipRule::globalNorm, NOT_POSITIVE),
            wrong("maxNorm", ClipRule::layerNorm, NOT_POSITIVE),
            wrong("maxNorm", ClipRule::parameterNorm, NOT_POSITIVE),
            wrong("norm", ClipRule::renormalize, NOT_POSITIVE),
            wrong("clipValue", ClipRule::value, NOT_POSITIVE),
            wrong("maxRms", ClipRule::blockRms, NOT_POSITIVE),
            wrong("percentile", ClipRule::autoClip, 0, 100, -1, 100.1, Double.NaN),
            wrong("alpha", ZClipRule.DEFAULT::withAlpha, NOT_BETWEEN_0_AND_1),
            wrong("zThreshold", ZClipRule.DEFAULT::withZThreshold, NOT_POSITIVE),
            wrong("maxNorm", ZClipRule.DEFAULT::withMaxNorm, 0, -1, Double.NaN),
            wrong("lambdaAbs", AdaGcRule.DEFAULT::withLambdaAbs, NOT_POSITIVE),
            wrong("lambdaRel", AdaGcRule.DEFAULT::withLambdaRel, NOT_POSITIVE),
            wrong("beta", AdaGcRule.DEFAULT::withBeta, NOT_BETWEEN_0_AND_1),
            wrong("clipping", AgcRule.DEFAULT::withClipping, NOT_POSITIVE),
            wrong("eps", AgcRule.DEFAULT::withEps, NOT_POSITIVE),
            wrong(
                "maxNorm of group a",
                max -> GroupsRule.builder().group("a", max, "*").build(),
                NOT_POSITIVE))
        .flatMap(s -> s);
  }

  private static Stream<Arguments> wrong(
      String name, DoubleFunction<ClipRule> rule, double... values) {
    return DoubleStream.of(values).mapToObj(value -> Arguments.of(name, rule, value));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("wrongNumbers")
  void wrongNumber(String name, DoubleFunction<ClipRule> rule, double value) {
    assertThatThrownBy(() -> rule.apply(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(name + " must be .*> 0.*, but was \\Q" + value + "\\E");
  }

  static Stream<Arguments> wrongSteps() {
    return Stream.<IntFunction<ClipRule>>of(
            ZClipRule.DEFAULT::withWarmUp, AdaGcRule.DEFAULT::withWarmUp)
        .flatMap(
            rule ->
                IntStream.of(-1, Integer.MIN_VALUE).mapToObj(steps -> Arguments.of(rule, steps)));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("wrongSteps")
  void negativeWarmUp(IntFunction<ClipRule> rule, int steps) {
    assertThatThrownBy(() -> rule.apply(steps))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("warmUp must be >= 0, but was " + steps);
  }

  static Stream<Arguments> contradictions() {
    return Stream.of(
        Arguments.of(new ClipRule[0], "at least one rule"),
        Arguments.of(new ClipRule[] {ClipRule.none()}, "rules that clip"),
        Arguments.of(
            new ClipRule[] {ClipRule.inOrder(ClipRule.value(1)), ClipRule.globalNorm(1)},
            "only single rules that clip"),
        Arguments.of(
            new ClipRule[] {ClipRule.globalNorm(1), ClipRule.value(1), ClipRule.globalNorm(2)},
            "must not repeat a rule type"),
        Arguments.of(
            new ClipRule[] {ClipRule.renormalize(1), ClipRule.globalNorm(1)},
            "not both renormalize"),
        Arguments.of(
            new ClipRule[] {ClipRule.autoClip(), ClipRule.renormalize(1)}, "not both renormalize"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("contradictions")
  void contradiction(ClipRule[] rules, String message) {
    assertThatThrownBy(() -> ClipRule.inOrder(rules))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  static Stream<Arguments> wrongGroups() {
    return Stream.of(
        Arguments.of(GroupsRule.builder(), "at least one group"),
        Arguments.of(
            GroupsRule.builder().group("a", 1, "0_W").group("a", 2, "0_b"), "different names"),
        Arguments.of(GroupsRule.builder().others(1).others(2), "different names"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("wrongGroups")
  void wrongGroups(GroupsRule.Builder groups, String message) {
    assertThatThrownBy(groups::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void wrongGroup() {
    GroupsRule.Builder groups = GroupsRule.builder();
    assertThatThrownBy(() -> groups.group(" ", 1, "*")).hasMessageContaining("must not be blank");
    assertThatThrownBy(() -> groups.group("a", 1)).hasMessageContaining("at least one pattern");
    assertThatThrownBy(() -> groups.group("others", 1, "*")).hasMessageContaining("\"others\"");
    assertThatThrownBy(() -> groups.group("a", 1, ""))
        .hasMessageContaining("pattern must not be blank");
  }

  static Stream<Arguments> unsuitableGroups() {
    return Stream.of(
        Arguments.of(
            GroupsRule.builder().group("a", 1, "9_*").others(1),
            "\"9_*\" of group \"a\" matches none of the parameters [0_W, 1_W, 2_W]"),
        Arguments.of(
            GroupsRule.builder().group("a", 1, "0_*", "1_*").group("b", 1, "1_W").others(1),
            "\"1_W\" is in more than one group: [a, b]"),
        Arguments.of(
            GroupsRule.builder().group("a", 1, "0_*"), "\"1_W\" is in no group. Add others"),
        Arguments.of(
            GroupsRule.builder().group("a", 1, "*").others(1),
            "No parameter is left for the group"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("unsuitableGroups")
  void groupsThatDoNotSuitTheNetwork(GroupsRule.Builder groups, String message) {
    GroupsRule rule = groups.build();
    assertThatThrownBy(() -> rule.start(RulesOnSeriesTest.parameters(3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(message);
  }

  @Test
  void scheduleFailsAtItsIteration() {
    double[] yields = {1, 0.5, Double.NaN, 0, -1, INFINITY};
    RuleState state = ClipRule.globalNorm((iteration, epoch) -> yields[iteration]).start(List.of());
    for (int i = 0; i < yields.length; i++) {
      GradientMeasurement gradient = new GradientMeasurement(i, 3, 10, new double[0]);
      if (i < 2) {
        assertThat(state.decide(gradient).maxNorm()).isEqualTo(yields[i]);
      } else {
        assertThatThrownBy(() -> state.decide(gradient))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("returned " + yields[i] + " at iteration " + i + ", epoch 3");
      }
    }
  }
}
