package io.github.dl4jclipping.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Adaptive rules on a fixed series, beside numbers that a plain script worked out step by step
 * after the authors' code, and for AdaGC after the paper's algorithm.
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
    0.999999213, 1.000000000, 0.834375240, 0.632524378, 0.438919083, 0.113950536,
    0.568598279, 0.972832393, 0.663713641, 1.000000000, 0.999998402, 0.589802595,
    0.071344520, 0.634134361, 0.344759227, 0.533137185, 0.429782278, 0.491445461,
    0.445904881, 0.044890779, 1.000000000, 0.873820406, 0.449346969, 0.675354002,
    0.653369961, 0.360843434, 0.053693070, 0.632897111, 0.501715079, 0.427680883
  };

  private static final double[] AUTO_CLIP_90 = {
    0.999999213, 1.000000000, 1.000000000, 0.992856210, 0.871004552, 0.626810278,
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    0.703740047, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 0.463031923, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 0.641507127, 1.000000000, 1.000000000, 1.000000000
  };

  private static final double[] Z_CLIP_ADAPTIVE = {
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    0.295670460, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 0.130054955, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 0.163745233, 1.000000000, 1.000000000, 1.000000000
  };

  private static final double[] Z_CLIP_MEAN = {
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    0.205087583, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 0.108875717, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 0.132180557, 1.000000000, 1.000000000, 1.000000000
  };

  private static final double[] Z_CLIP_PERCENTILE = {
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    0.473425818, 1.000000000, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 0.248271260, 1.000000000, 1.000000000, 1.000000000, 1.000000000,
    1.000000000, 1.000000000, 0.307238681, 1.000000000, 1.000000000, 1.000000000
  };

  private static final double[] Z_CLIP_WITH_MAX_NORM = {
    0.786902171, 1.000000000, 1.000000000, 0.768165973, 0.520442189, 0.131994975,
    0.643770746, 1.000000000, 0.805048621, 1.000000000, 1.000000000, 0.922107717,
    0.109189521, 0.950473669, 0.506288867, 0.767401991, 0.606603240, 0.680405876,
    0.605800296, 0.059867495, 1.000000000, 1.000000000, 0.695305851, 1.000000000,
    0.980052982, 0.533103601, 0.078146979, 0.907661754, 0.709149949, 0.595910623
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
