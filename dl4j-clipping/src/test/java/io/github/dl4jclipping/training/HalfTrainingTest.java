package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

/** What a scaled loss and master weights keep of a gradient that HALF cannot hold. */
class HalfTrainingTest {

  private static final LossScaling SCALING = LossScaling.dynamic();

  private final CollectingObserver seen = new CollectingObserver();

  /** A gradient of which HALF holds nothing is there, and clipped as in FLOAT. */
  @Test
  void whatHalfCannotHoldIsNotLost() {
    MultiLayerNetwork half = Networks.init(tinyGradient(DataType.FLOAT16));
    MultiLayerNetwork stock = Networks.init(tinyGradient(DataType.FLOAT16));
    MultiLayerNetwork single = Networks.init(tinyGradient(DataType.FLOAT));
    half.addListeners(listener(clipping(1, SCALING)));
    half.fit(Networks.batch(DataType.FLOAT16, 16, 1));
    double scaled = seen.last().norm();
    stock.addListeners(listener(GradientClipping.byGlobalNorm(1)));
    stock.fit(Networks.batch(DataType.FLOAT16, 16, 1));
    double unscaled = seen.last().norm();
    single.addListeners(listener(GradientClipping.byGlobalNorm(1)));
    single.fit(Networks.batch(16, 1));
    double exact = seen.last().norm();

    assertThat(exact).isBetween(1e-9, 1e-7);
    assertThat(scaled).isCloseTo(exact, within(0.01 * exact));
    assertThat(unscaled).isZero();
  }

  private static MultiLayerConfiguration tinyGradient(DataType type) {
    INDArray weights = Nd4j.createFromArray(1e-8f, 1e-8f, 1e-8f);
    return Networks.conf(new Sgd(0.1))
        .dataType(type)
        .list()
        .layer(new DenseLayer.Builder().nIn(4).nOut(5).build())
        .layer(
            new OutputLayer.Builder(new org.nd4j.linalg.lossfunctions.impl.LossMCXENT(weights))
                .nIn(5)
                .nOut(3)
                .build())
        .build();
  }

  @Test
  void unscaledThenClippedEqualsClippedInFloat() {
    MultiLayerNetwork half = Networks.init(Networks.plainConf(type(DataType.FLOAT16, new Sgd(1))));
    MultiLayerNetwork single = Networks.init(Networks.plainConf(type(DataType.FLOAT, new Sgd(1))));
    single.setParams(half.params().castTo(DataType.FLOAT));
    half.addListeners(listener(clipping(0.1, SCALING)));
    half.fit(Networks.batch(DataType.FLOAT16, 16, 1));
    ClipReport scaled = seen.last();
    single.addListeners(listener(GradientClipping.byGlobalNorm(0.1)));
    single.fit(Networks.batch(DataType.FLOAT16, 16, 1).copy());
    ClipReport exact = seen.last();
    assertThat(scaled.outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(scaled.norm()).isCloseTo(exact.norm(), within(5e-3 * exact.norm()));
    INDArray difference = half.params().castTo(DataType.FLOAT).sub(single.params());
    // a unit in the last place of weights below 2, and what the forward pass in HALF makes of it
    assertThat(difference.amaxNumber().doubleValue()).isLessThan(2e-3);
  }

  /** DL4J normalizes layers in HALF; what is smaller than a weight's last place still adds up. */
  @Test
  void normalizedLayersReachTheMasterWeights() {
    NeuralNetConfiguration.Builder conf =
        type(DataType.FLOAT16, new Sgd(1e-4))
            .gradientNormalization(GradientNormalization.RenormalizeL2PerLayer);
    MultiLayerNetwork half = Networks.init(Networks.plainConf(conf.clone()));
    MultiLayerNetwork without = Networks.init(Networks.plainConf(conf.clone()));
    MultiLayerNetwork single =
        Networks.init(Networks.plainConf(conf.clone().dataType(DataType.FLOAT)));
    INDArray start = half.params().castTo(DataType.FLOAT);
    single.setParams(start.dup());
    half.addListeners(listener(clipping(1e6, SCALING.withMasterWeights(true))));
    without.addListeners(listener(clipping(1e6, SCALING)));
    single.addListeners(listener(GradientClipping.byGlobalNorm(1e6)));
    for (int i = 0; i < 100; i++) {
      half.fit(whole());
      without.fit(whole());
      single.fit(whole().copy());
    }
    double moved = single.params().distance2(start);
    assertThat(moved).isCloseTo(100 * 1e-4 * Math.sqrt(2), within(1e-3)); // two layers
    assertThat(distance(half, single)).isLessThan(0.1 * moved);
    assertThat(distance(without, single)).isGreaterThan(0.3 * moved);
  }

  /** Also where nothing is clipped. */
  @Test
  void normalizedLayersAreWarnedOf() {
    MultiLayerNetwork half =
        Networks.init(
            Networks.plainConf(
                type(DataType.FLOAT16, new Sgd(1e-4))
                    .gradientNormalization(GradientNormalization.RenormalizeL2PerLayer)));
    half.addListeners(listener(GradientClipping.builder().lossScaling(SCALING).build()));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      half.fit(whole());
      half.fit(whole());
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("GradientNormalization", "Under loss scaling", "lost in HALF");
    }
  }

  private static double distance(Model half, Model single) {
    return half.params().castTo(DataType.FLOAT).distance2(single.params());
  }

  /** As WARN asks for; once the parameters are set anew, nothing of it is left. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void warnAppliesNaNToTheMasterWeightsToo(Kind kind) {
    Model network = kind.half(new Sgd(0.1));
    GradientClipping clipping =
        clipping(0.5, SCALING.withMasterWeights(true)).toBuilder()
            .nonFinite(NonFinitePolicy.WARN)
            .build();
    Kind.addListener(network, listener(clipping));
    DataSet broken = whole();
    broken.getFeatures().putScalar(0, 0, Double.NaN);
    INDArray start = network.params().dup();

    Kind.fit(network, broken);
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.PASSED_NON_FINITE);
    assertThat(network.params().castTo(DataType.FLOAT).isNaN().any()).isTrue();

    network.setParams(start);
    Kind.fit(network, whole());
    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.CLIPPED);
    INDArray change = network.params().castTo(DataType.FLOAT).sub(start.castTo(DataType.FLOAT));
    assertThat(change.norm2Number().doubleValue())
        .isCloseTo(0.1 * 0.5, within(1e-3)); // rate x bound
  }

  private static NeuralNetConfiguration.Builder type(DataType type, IUpdater updater) {
    return Networks.conf(updater).dataType(type);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anOverflowIsSkippedWholeUntilTheScaleFits(Kind kind) {
    Model network = kind.half(new Adam(1e-3));
    GradientClipping clipping =
        clipping(1, SCALING.withInitialScale(0x1p22).withMasterWeights(true)).toBuilder()
            .nonFinite(NonFinitePolicy.SKIP)
            .maxConsecutiveSkips(0)
            .build();
    Kind.addListener(network, listener(clipping));
    try (LogCapture log = new LogCapture(Level.DEBUG)) {
      Kind.fit(network, whole());
      Snapshot before = Snapshot.of(network);
      assertThat(seen.last().outcome()).isEqualTo(StepOutcome.OVERFLOWED);
      assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(0x1p22, 0, 1));
      Kind.fit(network, whole());
      assertThat(Snapshot.of(network).params()).isEqualTo(before.params());
      assertThat(Snapshot.of(network).updaterState()).isEqualTo(before.updaterState());
      for (int i = 0; i < 20; i++) {
        Kind.fit(network, whole());
      }
      assertThat(Snapshot.of(network).params()).isNotEqualTo(before.params());
      assertThat(log.at(Level.WARN)).isEmpty();
      assertThat(log.at(Level.DEBUG))
          .anyMatch(
              line ->
                  line.startsWith("iteration=0 overflowed at lossScale=4.19430e+06")
                      && line.contains("next lossScale=2.09715e+06"));
    }
    List<StepOutcome> outcomes = seen.steps.stream().map(ClipReport::outcome).toList();
    int overflows = outcomes.lastIndexOf(StepOutcome.OVERFLOWED) + 1;
    assertThat(outcomes.subList(0, overflows)).containsOnly(StepOutcome.OVERFLOWED);
    assertThat(seen.last().lossScale())
        .isEqualTo(new LossScaleStatus(0x1p22 / Math.pow(2, overflows), 22 - overflows, overflows));
    assertThat(seen.nonFinite).isEmpty();
    assertThat(seen.steps.stream().anyMatch(ClipReport::isNonFinite)).isFalse();
  }

  private static DataSet whole() {
    return Networks.batch(DataType.FLOAT16, 8, 1);
  }

  @Test
  void atTheFloorThePolicyDecides() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.half(new Sgd(0.1));
    network.addListeners(
        listener(clipping(1, SCALING.withInitialScale(0x1p22).withMinScale(0x1p20))));
    network.fit(whole());
    network.fit(whole());
    Snapshot before = Snapshot.of(network);
    assertThatThrownBy(() -> network.fit(whole())).isInstanceOf(NonFiniteGradientException.class);
    assertThat(Snapshot.of(network)).isEqualTo(before);
    assertThat(seen.steps.stream().map(ClipReport::outcome))
        .containsExactly(StepOutcome.OVERFLOWED, StepOutcome.OVERFLOWED, StepOutcome.RAISED);
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(0x1p20, 0, 2));
  }

  /** No scale mends a forward pass that is broken. */
  @Test
  void brokenDataIsNoOverflow() {
    MultiLayerNetwork network = (MultiLayerNetwork) Kind.LAYERS.half(new Sgd(0.1));
    network.addListeners(listener(clipping(1, SCALING)));
    DataSet batch = Networks.batch(DataType.FLOAT16, 8, 1);
    batch.getFeatures().putScalar(0, 0, Double.NaN);
    assertThatThrownBy(() -> network.fit(batch)).isInstanceOf(NonFiniteGradientException.class);
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(65536, 0, 0));
  }

  /** Its score is infinite, not NaN: the scale would fall to its floor before anybody was told. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void infiniteLabelIsNoOverflow(Kind kind) {
    Model network = kind.half(new Sgd(0.1));
    Kind.addListener(network, listener(clipping(1, SCALING)));
    DataSet batch = whole();
    batch.getLabels().putScalar(0, 0, Double.POSITIVE_INFINITY);

    assertThatThrownBy(() -> Kind.fit(network, batch))
        .isInstanceOf(NonFiniteGradientException.class)
        .hasMessageContaining("of the labels has 1 +Inf in row 0");
    assertThat(seen.last().lossScale().scale()).isEqualTo(SCALING.initialScale());
  }

  private static GradientClipping clipping(double maxNorm, LossScaling scaling) {
    return GradientClipping.builder().maxNorm(maxNorm).lossScaling(scaling).build();
  }

  private GradientClippingListener listener(GradientClipping clipping) {
    return new GradientClippingListener(clipping).observe(seen);
  }
}
