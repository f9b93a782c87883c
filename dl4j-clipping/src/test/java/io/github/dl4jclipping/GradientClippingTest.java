package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.Decision;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The settings: defaults, bounds, JSON. */
class GradientClippingTest {

  /** A rule of one's own: never clips. */
  record OwnRule() implements ClipRule {
    @Override
    public io.github.dl4jclipping.rule.RuleState start(
        java.util.List<io.github.dl4jclipping.rule.RuleParameter> parameters) {
      return gradient -> new Decision.Keep(1);
    }
  }

  static Stream<GradientClipping> all() {
    return Stream.of(
        GradientClipping.byGlobalNorm(1.5),
        GradientClipping.byValue(0.25),
        GradientClipping.measureOnly(),
        GradientClipping.builder().maxNorm(2).normType(NormType.L1).build(),
        GradientClipping.builder().maxNorm(2).normType(NormType.INF).build(),
        GradientClipping.builder().maxNorm(2).normType(NormType.p(1.5)).build(),
        GradientClipping.builder()
            .maxNorm(1e-300)
            .nonFinite(NonFinitePolicy.SKIP)
            .maxConsecutiveSkips(0)
            .parameterNorms(true)
            .build());
  }

  @ParameterizedTest
  @MethodSource("all")
  void jsonRoundTrip(GradientClipping clipping) {
    GradientClipping read = GradientClipping.fromJson(clipping.toJson());
    assertThat(read)
        .isEqualTo(clipping)
        .hasSameHashCodeAs(clipping)
        .hasToString(clipping.toString());
    assertThat(read.toJson()).isEqualTo(clipping.toJson());
    assertThat(clipping.toBuilder().build()).isEqualTo(clipping);
  }

  @Test
  void jsonIsAFileFormat() {
    assertThat(GradientClipping.byGlobalNorm(1).toJson())
        .isEqualTo(
            "{\"rule\":{\"type\":\"globalNorm\",\"maxNorm\":1.0,\"normType\":\"L2\"},"
                + "\"nonFinite\":\"RAISE\",\"maxConsecutiveSkips\":10,\"parameterNorms\":false}");
    assertThat(GradientClipping.byValue(0.5).toJson())
        .contains("\"rule\":{\"type\":\"value\",\"clipValue\":0.5}");
    assertThat(GradientClipping.measureOnly().toJson()).contains("\"rule\":{\"type\":\"none\"}");
    assertThat(GradientClipping.builder().maxNorm(1).normType(NormType.p(3)).build().toJson())
        .contains("\"normType\":3.0");
  }

  static final String GOOD =
      "{'rule':{'type':'globalNorm','maxNorm':1.0,'normType':'L2'},'nonFinite':'RAISE',"
          + "'maxConsecutiveSkips':10,'parameterNorms':false}";

  static Stream<Arguments> badJson() {
    return Stream.of(
        Arguments.of("", "clipping must be a JSON object"),
        Arguments.of("null", "clipping must be a JSON object"),
        Arguments.of("[]", "clipping must be a JSON object"),
        Arguments.of("{", "must be JSON"),
        Arguments.of(GOOD + "x", "must be JSON"),
        Arguments.of(GOOD.replace("'nonFinite'", "'nonfinite'"), "unknown field \"nonfinite\""),
        Arguments.of(GOOD.replace("{'rule'", "{'@class':'java.lang.Object','rule'"), "@class"),
        Arguments.of(GOOD.replace("'type'", "'@class':'java.lang.Object','type'"), "@class"),
        Arguments.of(GOOD.replace("'maxConsecutiveSkips':10,", ""), "lacks the fields"),
        Arguments.of(GOOD.replace(",'normType':'L2'", ""), "lacks the fields [normType]"),
        Arguments.of(GOOD.replace("'nonFinite':'RAISE'", "'nonFinite':'raise'"), "nonFinite must"),
        Arguments.of(GOOD.replace("'nonFinite':'RAISE'", "'nonFinite':null"), "nonFinite must"),
        Arguments.of(GOOD.replace("'RAISE'", "0"), "nonFinite must be one of [RAISE, WARN"),
        Arguments.of(GOOD.replace(":10", ":-1"), "maxConsecutiveSkips must be >= 0, but was -1"),
        Arguments.of(GOOD.replace(":10", ":1.5"), "maxConsecutiveSkips must be an integer"),
        Arguments.of(GOOD.replace(":10", ":10000000000"), "must be an integer"),
        Arguments.of(GOOD.replace(":false", ":'false'"), "parameterNorms must be true or false"),
        Arguments.of(GOOD.replace("'globalNorm'", "'none'"), "unknown field \"maxNorm\""),
        Arguments.of(GOOD.replace("'globalNorm'", "'GlobalNorm'"), "rule type must be"),
        Arguments.of(GOOD.replace("'type':'globalNorm',", ""), "rule type must be"),
        Arguments.of(GOOD.replaceFirst("\\{'type.*?}", "7"), "rule type must be"),
        Arguments.of(GOOD.replace("1.0", "0"), "maxNorm must be finite and > 0, but was 0.0"),
        Arguments.of(GOOD.replace("1.0", "-1"), "maxNorm must be finite and > 0, but was -1.0"),
        Arguments.of(GOOD.replace("1.0", "1e999"), "maxNorm must be finite"),
        Arguments.of(GOOD.replace("1.0", "'NaN'"), "maxNorm must be a number"),
        Arguments.of(GOOD.replace("'L2'", "'L3'"), "normType must be L1, L2, INF or a number"),
        Arguments.of(GOOD.replace("'L2'", "-2"), "norm order must be > 0, but was -2.0"),
        Arguments.of(GOOD.replace("'maxNorm':1.0", "'maxNorm':1.0,'maxNorm':2.0"), "must be JSON"));
  }

  @ParameterizedTest
  @MethodSource("badJson")
  void badJsonIsRefused(String json, String message) {
    assertThatThrownBy(() -> GradientClipping.fromJson(json.replace('\'', '"')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "{'rule':%s,'nonFinite':'SKIP','maxConsecutiveSkips':1,'parameterNorms':true}"
      })
  void deeplyNestedJsonIsRefused(String around) {
    String nested = "[".repeat(100_000) + "]".repeat(100_000);
    assertThatThrownBy(() -> GradientClipping.fromJson(around.replace('\'', '"').formatted(nested)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nested");
  }

  @Test
  void settingsThatDifferReadDifferently() {
    GradientClipping one = GradientClipping.byGlobalNorm(1);
    assertThat(one.toBuilder().maxConsecutiveSkips(5).build().toString())
        .isNotEqualTo(one.toString());
  }

  @Test
  void networkWithoutParametersIsRefused() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .list()
                .layer(new LossLayer.Builder(LossFunction.MSE).activation(Activation.TANH).build())
                .setInputType(InputType.feedForward(4))
                .build());
    assertThatThrownBy(() -> GradientClipping.byGlobalNorm(1).attachTo(network))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no parameters");
  }

  @Test
  void ruleOfOnesOwnHasNoJson() {
    GradientClipping own = GradientClipping.builder().rule(new OwnRule()).build();
    assertThatThrownBy(own::toJson)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("OwnRule");
    assertThatThrownBy(() -> new ClippedUpdater(new Sgd(1), own))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("OwnRule");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, 0, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void badBoundsAreRefused(double bad) {
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> GradientClipping.byGlobalNorm(bad), () -> GradientClipping.builder().maxNorm(bad)
        }) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("maxNorm must be finite and > 0, but was " + bad);
    }
    assertThatThrownBy(() -> GradientClipping.byValue(bad))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("clipValue must be finite and > 0, but was " + bad);
  }

  @Test
  @SuppressWarnings("NullAway") // the point of the test
  void nullIsRefusedByName() {
    assertThatThrownBy(() -> GradientClipping.builder().rule(null)).hasMessageContaining("rule");
    assertThatThrownBy(() -> GradientClipping.builder().normType(null))
        .hasMessageContaining("normType");
    assertThatThrownBy(() -> GradientClipping.builder().nonFinite(null))
        .hasMessageContaining("nonFinite");
    assertThatThrownBy(() -> GradientClipping.fromJson(null)).hasMessageContaining("json");
    assertThatThrownBy(() -> GradientClipping.lastReport(null)).hasMessageContaining("network");
    assertThatThrownBy(() -> GradientClipping.detachFrom(null)).hasMessageContaining("network");
    assertThatThrownBy(() -> GradientClipping.measureOnly().attachTo(null))
        .hasMessageContaining("network");
    assertThatThrownBy(() -> new GradientClippingListener(null)).hasMessageContaining("clipping");
    assertThatThrownBy(() -> new ClippedUpdater(null, GradientClipping.measureOnly()))
        .hasMessageContaining("updater");
    assertThatThrownBy(() -> new ClippedUpdater(new Sgd(1), null)).hasMessageContaining("clipping");
  }

  @Test
  void negativeSkipBudgetIsRefused() {
    assertThatThrownBy(() -> GradientClipping.builder().maxConsecutiveSkips(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maxConsecutiveSkips must be >= 0, but was -1");
  }

  @Test
  void contradictionsAreRefused() {
    assertThatThrownBy(() -> GradientClipping.builder().maxNorm(1).rule(ClipRule.value(1)).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("maxNorm=1.0")
        .hasMessageContaining("value(clipValue=1.0)");
    assertThatThrownBy(() -> GradientClipping.builder().normType(NormType.L1).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("normType=L1");
    assertThatThrownBy(() -> GradientClipping.byValue(1).toBuilder().normType(NormType.L1).build())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void builderChangesWhatItStartedFrom() {
    GradientClipping l1 = GradientClipping.builder().maxNorm(1).normType(NormType.L1).build();
    assertThat(l1.toBuilder().maxNorm(2).build())
        .isEqualTo(GradientClipping.builder().maxNorm(2).normType(NormType.L1).build());
    assertThat(l1.toBuilder().normType(NormType.L2).build())
        .isEqualTo(GradientClipping.byGlobalNorm(1));
    assertThat(l1.toBuilder().rule(ClipRule.value(3)).build())
        .isEqualTo(GradientClipping.byValue(3));
    assertThat(GradientClipping.byValue(3).toBuilder().maxNorm(1).build())
        .isEqualTo(GradientClipping.byGlobalNorm(1));
    assertThat(l1.toBuilder().nonFinite(NonFinitePolicy.WARN).build()).isNotEqualTo(l1);
  }

  @Test
  void modelsThatAreNoNetworksAreRefused() {
    Model layer = Networks.dense(Networks.conf(new Sgd(1))).getLayer(0);
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> GradientClipping.measureOnly().attachTo(layer),
          () -> GradientClipping.detachFrom(layer)
        }) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("DenseLayer");
    }
  }

  @Test
  void networksThatAreNotInitialisedAreRefused() {
    Model layers = new MultiLayerNetwork(Networks.denseConf(Networks.conf(new Sgd(1))));
    Model graph = new ComputationGraph(Networks.graphConf(Networks.conf(new Sgd(1))));
    for (Model network : new Model[] {layers, graph}) {
      assertThatThrownBy(() -> GradientClipping.measureOnly().attachTo(network))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("init()");
    }
  }

  @Test
  void noReportBeforeTheFirstStep() {
    assertThat(GradientClipping.lastReport(Networks.dense(Networks.conf(new Sgd(1))))).isEmpty();
  }

  @Test
  void forensicsIsOnUnlessTurnedOff() {
    GradientClipping on = GradientClipping.byGlobalNorm(1);
    GradientClipping off = on.toBuilder().forensics(false).build();

    assertThat(on.toJson()).doesNotContain("forensics");
    assertThat(on.toString()).doesNotContain("forensics");
    assertThat(off.toString()).contains("forensics=false");
    assertThat(off).isNotEqualTo(on);
    assertThat(GradientClipping.fromJson(off.toJson())).isEqualTo(off);
    assertThat(GradientClipping.fromJson(on.toJson())).isEqualTo(on);
    assertThat(off.toBuilder().build()).isEqualTo(off);
  }
}
