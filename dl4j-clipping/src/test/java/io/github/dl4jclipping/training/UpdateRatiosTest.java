package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.UpdateRatios;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/** The ratio of an update to its parameter is what the parameters say before and after the step. */
class UpdateRatiosTest {

  private static final GradientClipping CLIPPING = GradientClipping.byGlobalNorm(0.1);

  private final Seen seen = new Seen();

  /** Keeps what it is told. */
  private static class Seen implements ClipObserver {

    private static final long serialVersionUID = 1L;

    private final transient List<UpdateRatios> ratios = new ArrayList<>();

    @Override
    public void onStep(ClipReport report) {}

    @Override
    public boolean wantsUpdateRatios() {
      return true;
    }

    @Override
    public void onUpdate(UpdateRatios update) {
      ratios.add(update);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void isWhatChangesTheParametersWithEveryPenalty(Kind kind) {
    Model network = penalized(kind);
    Kind.addListener(network, new GradientClippingListener(CLIPPING).observe(seen));
    Kind.fit(network, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    Map<String, INDArray> before = copies(network);
    Kind.fit(network, 11);
    assertThat(seen.ratios).extracting(UpdateRatios::iteration).containsExactly(0, 10);
    Map<String, Double> ratios = seen.ratios.get(1).byParameter();
    assertThat(ratios).hasSize(before.size());
    ratios.forEach(
        (name, ratio) -> {
          INDArray old = before.get(name);
          double change = Networks.exactNorm(old.sub(network.paramTable().get(name)));
          assertThat(ratio).as(name).isCloseTo(change / Networks.exactNorm(old), within(1e-6));
        });
  }

  private static Model penalized(Kind kind) {
    return kind == Kind.LAYERS
        ? Networks.init(
            Networks.plainConf(Networks.conf(new Adam(0.01)).l1(1e-2).weightDecay(1e-2)))
        : Networks.init(Networks.plainGraphConf(Networks.conf(new Adam(0.01)).l2(1e-2).l1(1e-3)));
  }

  private static Map<String, INDArray> copies(Model network) {
    Map<String, INDArray> copies = new HashMap<>();
    network.paramTable().forEach((name, array) -> copies.put(name, array.dup()));
    return copies;
  }

  @Test
  void statisticsAndExcludedParametersTakeNoPart() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)));
    GradientClipping clipping = CLIPPING.toBuilder().exclude("2_b").build();
    network.addListeners(new GradientClippingListener(clipping).observe(seen));
    network.fit(Networks.batch(7, 1));
    assertThat(seen.ratios.get(0).byParameter())
        .containsOnlyKeys("0_W", "0_b", "1_gamma", "1_beta", "2_W");
  }

  /** A bias begins at 0. */
  @Test
  void isInfiniteForAParameterOfNormZero() {
    Model network = Kind.LAYERS.plain(new Sgd(0.1));
    Kind.addListener(network, new GradientClippingListener(CLIPPING).observe(seen));
    Kind.fit(network, 1);
    assertThat(seen.ratios.get(0).byParameter())
        .containsEntry("1_b", Double.POSITIVE_INFINITY)
        .hasEntrySatisfying("1_W", ratio -> assertThat(ratio).isBetween(1e-6, 1.0));
  }

  @Test
  void aStepThatIsNotAppliedHasNone() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)));
    GradientClipping clipping = CLIPPING.toBuilder().nonFinite(NonFinitePolicy.SKIP).build();
    network.addListeners(new GradientClippingListener(clipping).observe(seen));
    network.fit(Networks.nanBatch(7, 1));
    assertThat(seen.ratios).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void masterWeightsAreComparedAsTheNetworkHasThem(Kind kind) {
    Model network = kind.half(new Adam(0.01));
    GradientClipping clipping =
        CLIPPING.toBuilder().lossScaling(LossScaling.dynamic().withMasterWeights(true)).build();
    Kind.addListener(network, new GradientClippingListener(clipping).observe(seen));
    for (int seed = 1; seed <= 10; seed++) {
      Kind.fit(network, Networks.batch(DataType.FLOAT16, 8, seed));
    }
    Map<String, INDArray> before = copies(network);
    Kind.fit(network, Networks.batch(DataType.FLOAT16, 8, 11));
    seen.ratios
        .get(seen.ratios.size() - 1)
        .byParameter()
        .forEach(
            (name, ratio) -> {
              INDArray old = before.get(name).castTo(DataType.DOUBLE);
              INDArray change = old.sub(network.paramTable().get(name).castTo(DataType.DOUBLE));
              assertThat(ratio)
                  .as(name)
                  .isCloseTo(
                      Networks.exactNorm(change) / Networks.exactNorm(old), within(1e-3 * ratio));
            });
  }

  /** Where nobody wants them nothing is measured, and where somebody does no bit changes. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void watchingChangesNothing(Kind kind) {
    Model watched = kind.plain(new Adam(0.01));
    Model alone = kind.plain(new Adam(0.01));
    Kind.addListener(watched, new GradientClippingListener(CLIPPING).observe(seen));
    Kind.addListener(alone, new GradientClippingListener(CLIPPING).observe(report -> {}));
    for (int seed = 1; seed <= 12; seed++) {
      Kind.fit(watched, seed);
      Kind.fit(alone, seed);
    }
    assertThat(Snapshot.of(watched)).isEqualTo(Snapshot.of(alone));
    assertThat(seen.ratios).hasSize(2);
  }

  /** An observer that fails is dropped, here as everywhere. */
  @Test
  void anObserverThatFailsIsNotAskedAgain() {
    ClipObserver failing =
        new Seen() {
          private static final long serialVersionUID = 1L;

          @Override
          public boolean wantsUpdateRatios() {
            throw new IllegalStateException("no");
          }
        };
    Model network = Kind.LAYERS.plain(new Sgd(0.1));
    Kind.addListener(
        network, new GradientClippingListener(CLIPPING).observe(failing).observe(seen));
    Kind.fit(network, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    assertThat(seen.ratios).hasSize(2);
    assertThat(GradientClipping.lastReport(network)).isPresent();
  }
}
