package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Adaptive rules on a fixed series, beside numbers that a plain script worked out step by step
 * after the authors' code, and for AdaGC after the paper's algorithm; without the 1e-6 that the
 * authors' code adds to a norm before it divides by it.
 */
class RulesOnSeriesTest {

  private static final Offset<Double> EXACT = within(1e-6);

  /** Norms with a peak every seven steps and a dip every eleven. */
  private static final double[] SERIES = {
    1.270805, 0.763612, 0.962977, 1.301801, 1.921442, 7.576045,
    1.553347, 0.839646, 1.24216, 0.068708, 0.625848, 1.084471,
    9.158387, 1.052106, 1.975156, 1.303097, 1.648523, 1.46971,
    1.650708, 16.703554, 0.173443, 0.727898, 1.438215, 0.972027,
    1.020352, 1.875807, 12.796399, 1.101731, 1.410138, 1.678103
  };

  private static final double[] AUTO_CLIP_10 = {
    1.000000000, 1.000000000, 0.834376107, 0.632524864, 0.438919312, 0.113950551,
    0.568598645, 0.972833551, 0.663714175, 1.000000000, 1.000000000, 0.589803139,
    0.071344528, 0.634134964, 0.344759401, 0.533137595, 0.429782539, 0.491445795,
    0.445905151, 0.044890782, 1.000000000, 0.873821607, 0.449347281, 0.675354697,
    0.653370602, 0.360843626, 0.053693074, 0.632897686, 0.501715435, 0.427681138
  };

  private static final double[] AUTO_CLIP_90 = {
    1.000000000, 1.000000000, 1.000000000, 0.992856973, 0.871005006, 0.626810361,
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    0.703740124, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 0.463031951, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 0.641507177, 1.000000000, 1.000000000, 1.000000000
  };

  private static final double[] Z_CLIP_ADAPTIVE = {
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    0.295670492, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 0.130054963, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 0.163745246, 1.000000000, 1.000000000, 1.000000000
  };

  private static final double[] Z_CLIP_MEAN = {
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    0.205087606, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 0.108875724, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 0.132180568, 1.000000000, 1.000000000, 1.000000000
  };

  private static final double[] Z_CLIP_PERCENTILE = {
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    0.473425869, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 0.248271274, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 0.307238705, 1.000000000, 1.000000000, 1.000000000
  };

  private static final double[] Z_CLIP_WITH_MAX_NORM = {
    0.786902790, 1.000000000, 1.000000000, 0.768166563, 0.520442459, 0.131994992,
    0.643771160, 1.000000000, 0.805049269, 1.000000000, 1.000000000, 0.922108567,
    0.109189533, 0.950474572, 0.506289123, 0.767402580, 0.606603608, 0.680406339,
    0.605800663, 0.059867499, 1.000000000, 1.000000000, 0.695306335, 1.000000000,
    0.980053942, 0.533103885, 0.078146985, 0.907662578, 0.709150452, 0.595910978
  };

  private static final double[][] ADA_GC = {
    {0.668878870, 0.668878870, 0.668878870},
    {0.483637740, 0.483637740, 0.483637740},
    {0.757872625, 0.757872625, 0.757872625},
    {0.686129154, 0.686129154, 0.686129154},
    {0.201815699, 0.428553004, 0.027456038},
    {0.051235828, 0.273780875, 0.041596294},
    {0.250139282, 0.027047262, 0.017700419},
    {0.463220996, 0.314443383, 0.048078233},
    {0.313430313, 0.241330492, 0.024842282},
    {1.000000000, 0.321345937, 0.004628546},
    {0.612558317, 0.594012743, 0.003832677},
    {0.353860791, 0.236306302, 0.002103519},
    {0.041943578, 0.541303004, 0.002748537},
    {0.365476153, 0.726945529, 0.027044496},
    {0.194872796, 0.432857871, 0.056310411},
    {0.295671832, 0.276531037, 0.024002694},
    {0.233951462, 0.027318955, 0.034607936},
    {0.262677699, 0.317602004, 0.046289986},
    {0.234109304, 0.243754686, 0.028485007},
    {0.023158697, 0.324573895, 0.027180110}
  };

  static Stream<Arguments> globalRules() {
    ZClipRule zClip =
        ZClipRule.DEFAULT.withWarmUp(8).withZThreshold(1.2).withMaxNorm(Double.POSITIVE_INFINITY);
    return Stream.of(
        Arguments.of(ClipRule.autoClip(), AUTO_CLIP_10),
        Arguments.of(ClipRule.autoClip(90), AUTO_CLIP_90),
        Arguments.of(zClip, Z_CLIP_ADAPTIVE),
        Arguments.of(zClip.withMode(ZClipMode.MEAN), Z_CLIP_MEAN),
        Arguments.of(zClip.withMode(ZClipMode.PERCENTILE), Z_CLIP_PERCENTILE),
        Arguments.of(ZClipRule.DEFAULT.withWarmUp(8), Z_CLIP_WITH_MAX_NORM));
  }

  @ParameterizedTest
  @MethodSource("globalRules")
  void globalRule(ClipRule rule, double[] expected) {
    RuleState state = rule.start(parameters(1));
    for (int i = 0; i < SERIES.length; i++) {
      assertThat(coefficients(state.decide(global(i)), 1)[0])
          .as("step %s", i)
          .isCloseTo(expected[i], EXACT);
    }
  }

  @Test
  void adaGc() {
    RuleState state = AdaGcRule.DEFAULT.withWarmUp(5).start(parameters(3));
    for (int i = 0; i < ADA_GC.length; i++) {
      assertThat(coefficients(state.decide(threeParameters(i)), 3))
          .as("step %s", i)
          .containsExactly(ADA_GC[i], EXACT);
    }
  }

  static Stream<ClipRule> learners() {
    return Stream.concat(
        globalRules().map(arguments -> (ClipRule) arguments.get()[0]),
        Stream.of(AdaGcRule.DEFAULT.withWarmUp(5), AdaGcRule.DEFAULT));
  }

  /** At every step of the series, in the warm-up and after it. */
  @ParameterizedTest
  @MethodSource("learners")
  void savedAndTakenUpItGoesOnToTheBit(ClipRule rule) {
    RuleState through = rule.start(parameters(3));
    for (int i = 0; i < 20; i++) {
      RuleState resumed = rule.start(parameters(3));
      resumed.restore(through.save());
      double[] expected = coefficients(through.decide(threeParameters(i)), 3);
      assertThat(coefficients(resumed.decide(threeParameters(i)), 3)).isEqualTo(expected);
      assertThat(resumed.save().keySet()).isEqualTo(through.save().keySet());
      through
          .save()
          .forEach((name, numbers) -> assertThat(resumed.save().get(name)).isEqualTo(numbers));
    }
  }

  /** A zero gradient says nothing of how large gradients are: it must not hold the rest at zero. */
  @ParameterizedTest
  @MethodSource("learners")
  void zeroGradientsFreezeNothing(ClipRule rule) {
    RuleState state = rule.start(parameters(3));
    for (int i = 0; i < 200; i++) {
      state.decide(new GradientMeasurement(i, 0, 0, new double[3]));
    }
    for (int i = 0; i < 20; i++) {
      double[] coefficients = coefficients(state.decide(threeParameters(i)), 3);
      assertThat(Arrays.stream(coefficients).min().orElseThrow()).isGreaterThan(1e-3);
    }
  }

  /** A sum of squares that is infinite, or 0, says nothing, and would say so for good. */
  @ParameterizedTest
  @MethodSource("learners")
  void normWithoutAUsefulSquareEntersNoHistory(ClipRule rule) {
    RuleState state = rule.start(parameters(3));
    for (int i = 0; i < 20; i++) {
      for (double odd : new double[] {0, Double.MIN_VALUE, 1e-170, 1e155, 1e160, 1e308}) {
        Map<String, double[]> before = new HashMap<>(state.save());
        double[] norms = {odd, odd, odd};
        state.decide(new GradientMeasurement(i, 0, odd, norms));
        Map<String, double[]> after = new HashMap<>(state.save());
        before.remove("step");
        after.remove("step"); // AdaGC counts every step
        before.forEach((name, numbers) -> assertThat(after.get(name)).isEqualTo(numbers));
      }
      state.decide(threeParameters(i));
    }
  }

  /**
   * AdaGC's gamma is the least clipped norm of the warm-up: a peak elsewhere would make it tiny.
   */
  @Test
  void inTheWarmUpAdaGcIgnoresTheStepOfANormWhoseSquareOverflows() {
    RuleState state = AdaGcRule.DEFAULT.start(parameters(2));
    state.decide(new GradientMeasurement(0, 0, 1e160, new double[] {1, 1e160}));
    assertThat(state.save().get("gamma")).containsExactly(-1, -1);
  }

  /** In and after the warm-up; one such norm made the variance infinite, and no peak stood out. */
  @ParameterizedTest
  @ValueSource(ints = {3, 40})
  void zClipClipsPeaksAfterANormWhoseSquareOverflows(int at) {
    RuleState state = ZClipRule.DEFAULT.withMaxNorm(Double.POSITIVE_INFINITY).start(parameters(1));
    for (int i = 0; i < 60; i++) {
      double norm = i == at ? 1e160 : SERIES[i % 5];
      Decision decision = state.decide(new GradientMeasurement(i, 0, norm, new double[] {norm}));
      if (i == 40 && i == at) {
        assertThat(decision).isInstanceOf(Decision.ScaleAll.class);
        assertThat(decision.maxNorm()).isBetween(0.5, 3.0);
      }
    }
    assertThat(state.save().get("meanAndVariance")[1]).isBetween(0.0, 1.0);
    for (double peak : new double[] {30, 1e30, 1e160, Double.POSITIVE_INFINITY}) {
      Decision decision = state.decide(new GradientMeasurement(60, 0, peak, new double[] {peak}));
      assertThat(coefficients(decision, 1)[0] * Math.min(peak, Double.MAX_VALUE)).isLessThan(3);
    }
  }

  /** Whatever came, and wherever it stands: what was saved can be taken up. */
  @Property(tries = 300)
  void savesOnlyWhatItTakesUp(
      @ForAll @Size(max = 40) List<@From("anyNorms") Double> norms,
      @ForAll @IntRange(max = 5) int warmUp,
      @ForAll ZClipMode mode) {
    for (ClipRule rule :
        List.of(
            ClipRule.autoClip(),
            ZClipRule.DEFAULT.withWarmUp(warmUp).withMode(mode),
            ZClipRule.DEFAULT.withZThreshold(1e300).withMaxNorm(Double.POSITIVE_INFINITY),
            AdaGcRule.DEFAULT.withWarmUp(warmUp).withBeta(0.1),
            AdaGcRule.DEFAULT.withLambdaRel(1e-300).withLambdaAbs(1e-300))) {
      RuleState state = rule.start(parameters(1));
      for (double norm : norms) {
        state.decide(new GradientMeasurement(0, 0, norm, new double[] {norm}));
        state
            .save()
            .forEach(
                (name, numbers) ->
                    assertThat(numbers).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY));
        rule.start(parameters(1)).restore(state.save());
      }
    }
  }

  @Provide
  Arbitrary<Double> anyNorms() {
    return Arbitraries.oneOf(
        Arbitraries.doubles().between(0, Double.MAX_VALUE),
        Arbitraries.doubles().between(-330, 310).map(power -> Math.pow(10, power)),
        Arbitraries.of(
            0.0, Double.MIN_VALUE, 1e-160, 1.3e154, 1e160, Double.POSITIVE_INFINITY, 1.0, 1e-8));
  }

  static Stream<Arguments> rulesWithoutEpsilon() {
    return Stream.of(1e-100, 1e-12, 1e-8, 1.0, 1e100)
        .flatMap(
            scale ->
                Stream.of(
                        ClipRule.autoClip(),
                        ClipRule.autoClip(90),
                        ZClipRule.DEFAULT.withWarmUp(3).withMaxNorm(scale),
                        ZClipRule.DEFAULT
                            .withWarmUp(3)
                            .withZThreshold(1e-300)
                            .withMaxNorm(Double.POSITIVE_INFINITY))
                    .map(rule -> Arguments.of(rule, scale)));
  }

  /** At 1e-8 an epsilon of 1e-6 left 1 % of a gradient that kept the bound. */
  @ParameterizedTest
  @MethodSource("rulesWithoutEpsilon")
  void keepsAtMostTheBoundAndScalesToItOtherwise(ClipRule rule, double scale) {
    RuleState state = rule.start(parameters(1));
    int clipped = 0;
    for (int i = 0; i < SERIES.length; i++) {
      double norm = scale * SERIES[i];
      Decision decision = state.decide(new GradientMeasurement(i, 0, norm, new double[] {norm}));
      double coefficient = coefficients(decision, 1)[0];
      if (norm <= decision.maxNorm()) {
        assertThat(decision).as("step %s", i).isInstanceOf(Decision.Keep.class);
      } else {
        clipped++;
        assertThat(coefficient * norm / decision.maxNorm()).isCloseTo(1, within(1e-12));
      }
    }
    assertThat(clipped).isPositive();
  }

  static Stream<Arguments> rulesForParts() {
    return Stream.of(1e-100, 1e-8, 1.0, 1e100)
        .flatMap(
            scale ->
                Stream.of(
                        ClipRule.layerNorm(scale),
                        ClipRule.parameterNorm(scale),
                        GroupsRule.builder().others(scale).build(),
                        ClipRule.blockRms(scale / Math.sqrt(10)),
                        AdaGcRule.DEFAULT.withWarmUp(0).withLambdaRel(1))
                    .map(rule -> Arguments.of(rule, scale)));
  }

  @ParameterizedTest
  @MethodSource("rulesForParts")
  void partsKeepAtMostTheBoundAndAreScaledToItOtherwise(ClipRule rule, double scale) {
    RuleState state = rule.start(parameters(1));
    double[] times = {1, 0.5, 1 - 1e-12, 4};
    for (double time : times) {
      double norm = time * scale;
      double[] gamma = state.save().getOrDefault("gamma", new double[] {scale});
      double bound = gamma[0] == -1 ? norm : gamma[0]; // AdaGC's first norm becomes its bound
      Decision decision = state.decide(new GradientMeasurement(0, 0, norm, new double[] {norm}));
      double coefficient = coefficients(decision, 1)[0];
      assertThat(coefficient).isCloseTo(Math.min(1, bound / norm), within(1e-12));
      assertThat(coefficient == 1).isEqualTo(norm <= bound);
    }
  }

  /** Beyond the range of a double a norm is infinite, though every element is finite. */
  @ParameterizedTest
  @MethodSource("learners")
  void infiniteNormEntersNoHistory(ClipRule rule) {
    RuleState state = rule.start(parameters(3));
    RuleState spared = rule.start(parameters(3));
    for (int i = 0; i < 20; i++) {
      double[] norms = {1, Double.POSITIVE_INFINITY, 1};
      if (i == 12) {
        state.decide(new GradientMeasurement(i, 0, Double.POSITIVE_INFINITY, norms));
      } else {
        state.decide(threeParameters(i));
        spared.decide(threeParameters(i));
      }
    }
    state
        .save()
        .values()
        .forEach(
            numbers -> assertThat(numbers).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY));
    if (!(rule instanceof AdaGcRule)) { // which learns from the other parameters of that step
      spared
          .save()
          .forEach((name, numbers) -> assertThat(state.save().get(name)).isEqualTo(numbers));
    }
  }

  @ParameterizedTest
  @MethodSource("learners")
  void refusesWhatItCannotHaveSaved(ClipRule rule) {
    for (Map<String, double[]> wrong :
        List.of(
            Map.<String, double[]>of(),
            Map.of(
                "norms",
                new double[] {1},
                "gathered",
                new double[] {1},
                "meanAndVariance",
                new double[] {1, -1},
                "gamma",
                new double[] {1, 2, 3},
                "step",
                new double[] {-1}),
            Map.of("gamma", new double[] {1, 2}, "step", new double[] {1}))) {
      RuleState state = rule.start(parameters(3));
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> state.restore(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static GradientMeasurement global(int step) {
    return new GradientMeasurement(step, 0, SERIES[step], new double[] {SERIES[step]});
  }

  private static GradientMeasurement threeParameters(int step) {
    double[] norms = {SERIES[step], SERIES[(3 * step + 1) % 30], 0.2 * SERIES[(7 * step + 2) % 30]};
    double norm = Math.sqrt(Arrays.stream(norms).map(x -> x * x).sum());
    return new GradientMeasurement(step, 0, norm, norms);
  }

  static List<RuleParameter> parameters(int count) {
    List<RuleParameter> parameters = new ArrayList<>();
    IntStream.range(0, count).forEach(i -> parameters.add(new RuleParameter(i + "_W", "" + i, 10)));
    return parameters;
  }

  private static double[] coefficients(Decision decision, int parameters) {
    double[] all = new double[parameters];
    Arrays.fill(all, 1);
    if (decision instanceof Decision.ScaleAll one) {
      Arrays.fill(all, one.coefficient());
    } else if (decision instanceof Decision.ScaleEach each) {
      return each.coefficients();
    }
    return all;
  }
}
