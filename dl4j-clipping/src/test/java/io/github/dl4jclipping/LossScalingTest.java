package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.learning.config.Adam;

class LossScalingTest {

  private static final LossScaling DYNAMIC = LossScaling.dynamic();

  @Test
  void defaultsAreThoseOfGradScaler() {
    assertThat(DYNAMIC).isEqualTo(new LossScaling(65536, 2, 0.5, 2000, 1, 0x1p24, false));
  }

  static Stream<Arguments> bad() {
    return Stream.of(
        bad(
            () -> LossScaling.constant(0),
            "scale must be > 0 and <= 3.4e38, the largest FLOAT, but was 0.0"),
        bad(
            () -> LossScaling.constant(-2),
            "scale must be > 0 and <= 3.4e38, the largest FLOAT, but was -2.0"),
        bad(
            () -> LossScaling.constant(Double.NaN),
            "scale must be > 0 and <= 3.4e38, the largest FLOAT, but was NaN"),
        bad(
            () -> DYNAMIC.withInitialScale(0),
            "initialScale must be > 0 and <= 3.4e38, the largest FLOAT, but was 0.0"),
        bad(
            () -> DYNAMIC.withInitialScale(Double.POSITIVE_INFINITY),
            "initialScale must be > 0 and <= 3.4e38, the largest FLOAT, but was Infinity"),
        bad(
            () -> DYNAMIC.withMinScale(-1),
            "minScale must be > 0 and <= 3.4e38, the largest FLOAT, but was -1.0"),
        bad(
            () -> DYNAMIC.withMaxScale(Double.NaN),
            "maxScale must be > 0 and <= 3.4e38, the largest FLOAT, but was NaN"),
        bad(
            () -> DYNAMIC.withMaxScale(1e39),
            "maxScale must be > 0 and <= 3.4e38, the largest FLOAT, but was 1.0E39"),
        bad(
            () -> DYNAMIC.withMaxScale(65535),
            "initialScale must be from minScale=1.0 to maxScale=65535.0, but was 65536.0"),
        bad(
            () -> DYNAMIC.withMinScale(65537),
            "initialScale must be from minScale=65537.0 to maxScale=1.6777216E7, but was 65536.0"),
        bad(() -> DYNAMIC.withGrowthFactor(1), "growthFactor must be finite and > 1, but was 1.0"),
        bad(
            () -> DYNAMIC.withGrowthFactor(Double.NaN),
            "growthFactor must be finite and > 1, but was NaN"),
        bad(
            () -> DYNAMIC.withGrowthFactor(Double.POSITIVE_INFINITY),
            "growthFactor must be finite and > 1, but was Infinity"),
        bad(() -> DYNAMIC.withBackoffFactor(0), "backoffFactor must be > 0 and < 1, but was 0.0"),
        bad(() -> DYNAMIC.withBackoffFactor(1), "backoffFactor must be > 0 and < 1, but was 1.0"),
        bad(
            () -> DYNAMIC.withBackoffFactor(Double.NaN),
            "backoffFactor must be > 0 and < 1, but was NaN"),
        bad(() -> DYNAMIC.withGrowthInterval(0), "growthInterval must be >= 1, but was 0"));
  }

  private static Arguments bad(Supplier<LossScaling> settings, String message) {
    ThrowingCallable call = settings::get;
    return Arguments.of(message, call);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void refusesWhatIsOutOfBounds(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  static Stream<LossScaling> settings() {
    return Stream.of(
        DYNAMIC,
        LossScaling.constant(1024),
        DYNAMIC.withMasterWeights(true),
        new LossScaling(3, 1.5, 0.25, 7, 0.5, 12, true));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void isWrittenAndReadAsJson(LossScaling scaling) {
    GradientClipping clipping = GradientClipping.builder().maxNorm(1).lossScaling(scaling).build();
    assertThat(GradientClipping.fromJson(clipping.toJson())).isEqualTo(clipping);
    assertThat(clipping.toBuilder().build()).isEqualTo(clipping);
    assertThat(clipping.toString()).contains("lossScaling=" + scaling);
    assertThat(clipping).isNotEqualTo(GradientClipping.byGlobalNorm(1));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void travelsInTheConfigurationOfANetwork(LossScaling scaling) {
    ClippedUpdater updater =
        new ClippedUpdater(
            new Adam(0.1), GradientClipping.builder().maxNorm(1).lossScaling(scaling).build());
    String json = Networks.plainConf(Networks.conf(updater)).toJson();
    assertThat(
            org.deeplearning4j.nn.conf.MultiLayerConfiguration.fromJson(json)
                .getConf(0)
                .getLayer()
                .getUpdaterByParam("W"))
        .isEqualTo(updater);
  }

  @Test
  void settingsWithoutItAreWrittenAsBefore() {
    assertThat(GradientClipping.byGlobalNorm(1).toJson()).doesNotContain("lossScaling");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "1024",
        "{}",
        "{\"initialScale\":1,\"growthFactor\":2,\"backoffFactor\":0.5,\"growthInterval\":1,"
            + "\"minScale\":1,\"maxScale\":1,\"masterWeights\":false,\"other\":1}",
        "{\"initialScale\":1,\"growthFactor\":2,\"backoffFactor\":0.5,\"growthInterval\":1.5,"
            + "\"minScale\":1,\"maxScale\":1,\"masterWeights\":false}",
        "{\"initialScale\":0,\"growthFactor\":2,\"backoffFactor\":0.5,\"growthInterval\":1,"
            + "\"minScale\":1,\"maxScale\":1,\"masterWeights\":false}"
      })
  void badJsonIsRefused(String scaling) {
    String json =
        GradientClipping.byGlobalNorm(1)
            .toJson()
            .replaceFirst("}$", ",\"lossScaling\":" + scaling + "}");
    assertThatThrownBy(() -> GradientClipping.fromJson(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s).*(lossScaling|Scale|growthInterval).*");
  }

  @Test
  void nullIsRefused() {
    assertThatThrownBy(() -> GradientClipping.builder().lossScaling(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("lossScaling must not be null");
  }
}
