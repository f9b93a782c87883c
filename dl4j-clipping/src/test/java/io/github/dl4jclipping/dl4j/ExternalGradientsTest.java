package io.github.dl4jclipping.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/** What DL4J takes for a gradient from elsewhere, as docs/dl4j-notes.md states it. */
class ExternalGradientsTest {

  @Test
  void aGradientIsANewViewEachTime() {
    Gradient gradient = new DefaultGradient(Nd4j.ones(10));

    assertThat(gradient.gradient()).isNotSameAs(gradient.gradient());
    gradient.gradient().assign(2);
    assertThat(gradient.gradient().sumNumber().doubleValue()).isEqualTo(20);
  }

  /** What only an updater of a gradient from elsewhere needs. */
  @Test
  void everyUpdateAsksForTheParametersThatPenaltiesRead() {
    MultiLayerNetwork network =
        Networks.init(Networks.plainConf(Networks.conf(new Sgd(0.1)).l2(1)));
    List<INDArray> asked = new ArrayList<>();
    INDArray zeros = network.params().mul(0);
    network.setUpdater(
        new MultiLayerUpdater(network) {
          @Override
          protected INDArray getParams() {
            asked.add(zeros);
            return zeros;
          }
        });
    MultiLayerNetwork unpenalized = (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));

    Kind.fit(network, 1);
    Kind.fit(unpenalized, 1);

    assertThat(asked).isNotEmpty();
    assertThat(Snapshot.bits(network.params())).isEqualTo(Snapshot.bits(unpenalized.params()));
  }

  @ParameterizedTest
  @EnumSource(names = {"ClipL2PerLayer", "RenormalizeL2PerLayer", "ClipElementWiseAbsoluteValue"})
  void normalizationPerLayerMissesAGradientFromElsewhere(GradientNormalization kind) {
    Gradient gradient = gradientOfAnother();
    INDArray before = gradient.gradient().dup();
    MultiLayerNetwork target = target(kind);
    target.getFlattenedGradients().assign(0.5);

    update(target, gradient);

    assertThat(Snapshot.bits(gradient.gradient())).isEqualTo(Snapshot.bits(before));
    assertThat(target.getFlattenedGradients().amaxNumber().doubleValue()).isNotEqualTo(0.5);
  }

  @ParameterizedTest
  @EnumSource(names = {"ClipL2PerParamType", "RenormalizeL2PerParamType"})
  void normalizationPerParameterReachesIt(GradientNormalization kind) {
    Gradient gradient = gradientOfAnother();
    INDArray before = gradient.gradient().dup();
    MultiLayerNetwork target = target(kind);
    target.getFlattenedGradients().assign(0.5);

    update(target, gradient);

    assertThat(Snapshot.bits(gradient.gradient())).isNotEqualTo(Snapshot.bits(before));
    assertThat(target.getFlattenedGradients().amaxNumber().doubleValue()).isEqualTo(0.5);
  }

  private static Gradient gradientOfAnother() {
    MultiLayerNetwork other = (MultiLayerNetwork) Kind.LAYERS.plain(new NoOp());
    DataSet batch = Networks.batch(7, 1);
    other.setInput(batch.getFeatures());
    other.setLabels(batch.getLabels());
    other.computeGradientAndScore();
    return other.gradient();
  }

  private static MultiLayerNetwork target(GradientNormalization kind) {
    MultiLayerNetwork target =
        Networks.init(
            Networks.plainConf(
                Networks.conf(new NoOp())
                    .miniBatch(false)
                    .gradientNormalization(kind)
                    .gradientNormalizationThreshold(1e-3)));
    target.initGradientsView();
    return target;
  }

  private static void update(MultiLayerNetwork network, Gradient gradient) {
    network.getUpdater().update(network, gradient, 0, 0, 7, LayerWorkspaceMgr.noWorkspaces());
  }
}
