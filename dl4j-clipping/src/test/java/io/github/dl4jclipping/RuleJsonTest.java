package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.rule.AdaGcRule;
import io.github.dl4jclipping.rule.AgcRule;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.GroupsRule;
import io.github.dl4jclipping.rule.LayerNormRule;
import io.github.dl4jclipping.rule.ParameterNormRule;
import io.github.dl4jclipping.rule.RenormalizeRule;
import io.github.dl4jclipping.rule.ZClipMode;
import io.github.dl4jclipping.rule.ZClipRule;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;

/** Every rule has a JSON form, by its name, and lives inside a network's configuration. */
class RuleJsonTest {

  static Stream<ISchedule> schedules() {
    return Stream.of(
        new CycleSchedule(ScheduleType.ITERATION, 1.0, 100),
        new ExponentialSchedule(ScheduleType.ITERATION, 1.0, 0.99),
        new FixedSchedule(2.5),
        new InverseSchedule(ScheduleType.EPOCH, 1.0, 0.1, 2),
        new MapSchedule(ScheduleType.EPOCH, Map.of(0, 10.0, 3, 1.0)),
        new PolySchedule(ScheduleType.ITERATION, 1.0, 2, 1000),
        new RampSchedule(new ExponentialSchedule(ScheduleType.ITERATION, 1.0, 0.99), 10),
        new SigmoidSchedule(ScheduleType.ITERATION, 1.0, 0.1, 5),
        new StepSchedule(ScheduleType.ITERATION, 1.0, 0.5, 10));
  }

  static Stream<GradientClipping> all() {
    Stream<GradientClipping> rules =
        Stream.of(
                ClipRule.none(),
                ClipRule.value(0.5),
                ClipRule.globalNorm(2, NormType.INF),
                ClipRule.renormalize(2),
                new RenormalizeRule(2, NormType.L1),
                ClipRule.layerNorm(0.5),
                new LayerNormRule(0.5, NormType.p(3)),
                ClipRule.parameterNorm(0.5),
                new ParameterNormRule(0.5, NormType.INF),
                ClipRule.blockRms(0.1),
                ClipRule.autoClip(),
                ClipRule.autoClip(99.5),
                ClipRule.medianNorm(3, 7),
                ClipRule.zClip(),
                ZClipRule.DEFAULT
                    .withMode(ZClipMode.MEAN)
                    .withAlpha(0.5)
                    .withWarmUp(0)
                    .withMaxNorm(Double.POSITIVE_INFINITY),
                ClipRule.adaGc(),
                AdaGcRule.DEFAULT.withBeta(0.9).withLambdaAbs(2).withLambdaRel(3).withWarmUp(7),
                ClipRule.agc(),
                AgcRule.DEFAULT.withClipping(0.2).withEps(0.1),
                GroupsRule.builder()
                    .group("a", 0.5, "0_*", "?_b")
                    .others(2)
                    .normType(NormType.L1)
                    .build(),
                ClipRule.inOrder(ClipRule.layerNorm(1), ClipRule.autoClip(), ClipRule.value(0.1)))
            .map(rule -> GradientClipping.builder().rule(rule).build());
    return Stream.concat(
        Stream.concat(rules, schedules().map(s -> GradientClipping.builder().maxNorm(s).build())),
        Stream.of(
            GradientClipping.builder().maxNorm(1).exclude("*_b", "3_?").build(),
            GradientClipping.builder()
                .maxNorm(new FixedSchedule(1))
                .normType(NormType.INF)
                .build()));
  }

  @ParameterizedTest
  @MethodSource("all")
  void roundTrip(GradientClipping clipping) {
    String json = clipping.toJson();
    GradientClipping read = GradientClipping.fromJson(json);
    assertThat(read).isEqualTo(clipping).hasToString(clipping.toString());
    assertThat(read.toJson()).isEqualTo(json);
    assertThat(json).doesNotContain("class", "org.", "io.github");
    assertThat(clipping.toBuilder().build()).isEqualTo(clipping);
  }

  /** A rule that was forgotten here has no form, or no test of it. */
  @Test
  void everyRuleOfTheLibraryIsAmongThese() {
    Set<String> tried =
        all()
            .map(clipping -> clipping.settings().rule().getClass().getName())
            .collect(Collectors.toSet());
    Set<String> rules =
        new ClassFileImporter()
            .importPackagesOf(ClipRule.class).stream()
                .filter(type -> type.isAssignableTo(ClipRule.class) && !type.isInterface())
                .filter(type -> type.getPackageName().equals(ClipRule.class.getPackageName()))
                .filter(
                    type ->
                        type.getSource().orElseThrow().getUri().toString().contains("/classes/"))
                .map(JavaClass::getName)
                .collect(Collectors.toSet());
    assertThat(rules).hasSizeGreaterThan(10).isEqualTo(tried);
  }

  @ParameterizedTest
  @MethodSource("all")
  void insideAConfiguration(GradientClipping clipping) {
    ClippedUpdater updater = new ClippedUpdater(new Adam(0.01), clipping);
    MultiLayerConfiguration layers = Networks.denseConf(Networks.conf(updater));
    assertThat(MultiLayerConfiguration.fromJson(layers.toJson())).isEqualTo(layers);
    assertThat(MultiLayerConfiguration.fromYaml(layers.toYaml())).isEqualTo(layers);
    ComputationGraphConfiguration graph = Networks.graphConf(Networks.conf(updater));
    assertThat(ComputationGraphConfiguration.fromJson(graph.toJson())).isEqualTo(graph);
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        Arguments.of(
            "{'type':'autoClip','percentile':100}", "percentile must be > 0.0 and < 100.0"),
        Arguments.of("{'type':'autoClip'}", "lacks the fields [percentile]"),
        Arguments.of("{'type':'autoClip','percentile':10,'window':5}", "unknown field \"window\""),
        Arguments.of(
            "{'type':'zClip','alpha':0.9,'zThreshold':2,'warmUp':-1,'mode':'MEAN','maxNorm':null}",
            "warmUp must be >= 0"),
        Arguments.of(
            "{'type':'zClip','alpha':0.9,'zThreshold':2,'warmUp':1,'mode':'mean','maxNorm':null}",
            "mode must be one of [ADAPTIVE, MEAN, PERCENTILE]"),
        Arguments.of(
            "{'type':'groups','groups':[{'name':'a','maxNorm':1}],'normType':'L2'}",
            "lacks the fields [patterns]"),
        Arguments.of(
            "{'type':'groups','groups':[{'name':'a','maxNorm':1,'patterns':[7]}],'normType':'L2'}",
            "patterns must be a string"),
        Arguments.of("{'type':'groups','groups':{},'normType':'L2'}", "groups must be an array"),
        Arguments.of("{'type':'inOrder','rules':[]}", "at least one rule"),
        Arguments.of(
            "{'type':'inOrder','rules':[{'type':'inOrder','rules':[]}]}", "inside inOrder"),
        Arguments.of(
            "{'type':'scheduledNorm','schedule':{'type':'mine'},'normType':'L2'}",
            "schedule type must be one of [cycle, exponential"),
        Arguments.of(
            "{'type':'scheduledNorm','schedule':{'@class':'java.lang.Object'},'normType':'L2'}",
            "schedule"),
        Arguments.of(
            "{'type':'scheduledNorm','schedule':{'type':'fixed','@class':'x','value':1},"
                + "'normType':'L2'}",
            "unknown field \"@class\""),
        Arguments.of(
            "{'type':'scheduledNorm','schedule':{'type':'fixed','value':1,'gamma':2},"
                + "'normType':'L2'}",
            "gamma"),
        Arguments.of(
            "{'type':'scheduledNorm','schedule':{'type':'exponential','initialValue':1,"
                + "'scheduleType':'EPOCH'},'normType':'L2'}",
            "exactly the fields of its type"),
        Arguments.of("{'type':'scheduledNorm','schedule':3,'normType':'L2'}", "a JSON object"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void badRuleIsRefused(String rule, String message) {
    String json = GradientClippingTest.GOOD.replaceFirst("\\{'type.*?}", rule);
    assertThatThrownBy(() -> GradientClipping.fromJson(json.replace('\'', '"')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void schedulesInsideEachOtherForEver() {
    String deep = "{'type':'fixed','value':1}";
    for (int i = 0; i < 20; i++) {
      deep = "{'type':'ramp','baseSchedule':" + deep + ",'numIter':5}";
    }
    String rule = "{'type':'scheduledNorm','schedule':" + deep + ",'normType':'L2'}";
    String json = GradientClippingTest.GOOD.replaceFirst("\\{'type.*?}", rule);
    assertThatThrownBy(() -> GradientClipping.fromJson(json.replace('\'', '"')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 8 schedules inside each other");
  }

  /** JavaScript knows no 5.0. */
  @Test
  void wholeNumbersAreNumbers() {
    String rule = "{'type':'scheduledNorm','schedule':{'type':'fixed','value':5},'normType':'L2'}";
    String json = GradientClippingTest.GOOD.replaceFirst("\\{'type.*?}", rule);
    assertThat(GradientClipping.fromJson(json.replace('\'', '"')))
        .isEqualTo(GradientClipping.builder().maxNorm(new FixedSchedule(5)).build());
  }

  @Test
  void exclusionsAddUp() {
    assertThat(GradientClipping.builder().exclude("0_b").exclude("1_*").build())
        .isEqualTo(GradientClipping.builder().exclude("0_b", "1_*").build());
  }

  /** Jackson knows no form of it. */
  private record Unwritable(java.util.function.DoubleUnaryOperator of) implements ISchedule {
    @Override
    public double valueAt(int iteration, int epoch) {
      return of.applyAsDouble(iteration);
    }

    @Override
    public ISchedule clone() {
      return this;
    }
  }

  private record Halving(double from) implements ISchedule {
    @Override
    public double valueAt(int iteration, int epoch) {
      return from * Math.pow(0.5, epoch);
    }

    @Override
    public ISchedule clone() {
      return this;
    }
  }

  static Stream<Arguments> ownSchedules() {
    return Stream.of(
        Arguments.of(GradientClipping.builder().maxNorm(new Halving(1)).build(), "Halving"),
        Arguments.of(
            GradientClipping.builder().maxNorm(new RampSchedule(new Halving(1), 5)).build(),
            "Halving"),
        Arguments.of(
            GradientClipping.builder().maxNorm(new Unwritable(x -> 1)).build(), "Unwritable"),
        Arguments.of(
            GradientClipping.builder().rule(ClipRule.globalNorm((i, e) -> 1)).build(), "Lambda"));
  }

  @ParameterizedTest
  @MethodSource("ownSchedules")
  void scheduleOfOnesOwnHasNoJson(GradientClipping own, String named) {
    assertThatThrownBy(own::toJson)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(named)
        .hasMessageContaining("Give the settings to the listener instead");
    assertThatThrownBy(() -> new ClippedUpdater(new Adam(0.01), own))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void onlyOneBound() {
    GradientClipping.Builder both =
        GradientClipping.builder().maxNorm(1).maxNorm(new FixedSchedule(2));
    assertThatThrownBy(both::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("exclude each other");
    GradientClipping.Builder withRule =
        GradientClipping.builder().rule(ClipRule.agc()).maxNorm(new FixedSchedule(2));
    assertThatThrownBy(withRule::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("exclude each other");
  }
}
