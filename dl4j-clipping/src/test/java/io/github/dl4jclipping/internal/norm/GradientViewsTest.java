package io.github.dl4jclipping.internal.norm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.internal.network.Dl4jModels;
import io.github.dl4jclipping.internal.network.NetworkLayout;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Which stretches of a flat gradient take part, and the views that they are cut into. */
final class GradientViewsTest {

  private final MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)));
  private final GradientLayout layout = NetworkLayout.of(Dl4jModels.of(network));

  @Test
  void readsTheLayoutOfANetwork() {
    assertThat(layout.parameters())
        .extracting(GradientLayout.Parameter::name)
        .containsExactly("0_W", "0_b", "1_gamma", "1_beta", "1_mean", "1_log10stdev", "2_W", "2_b");
    assertThat(layout.parameters())
        .extracting(GradientLayout.Parameter::offset)
        .containsExactly(0L, 32L, 40L, 48L, 56L, 64L, 72L, 96L);
    assertThat(layout.parameters(ParameterRole.PSEUDO_GRADIENT))
        .extracting(GradientLayout.Parameter::name)
        .containsExactly("1_mean", "1_log10stdev");
    assertThat(layout.parameters(ParameterRole.IDLE)).isEmpty();
  }

  @Test
  void namesTheVerticesOfAGraph() {
    ComputationGraph graph = Networks.graph(Networks.conf(new Sgd(0.1)));

    assertThat(NetworkLayout.of(Dl4jModels.of(graph)).parameters())
        .extracting(GradientLayout.Parameter::name)
        .contains("a_W", "b_b", "norm_mean", "out_W");
  }

  @Test
  void cutsTheFlatGradientIntoTheLongestStretches() {
    INDArray flat = Nd4j.arange(99).castTo(DataType.FLOAT);
    GradientViews views = GradientViews.of(layout, flat);

    assertThat(views.participants()).extracting(INDArray::length).containsExactly(56L, 27L);
    assertThat(views.watched()).extracting(INDArray::length).containsExactly(16L);
    assertThat(views.byParameter())
        .extracting(stretch -> stretch.view().getDouble(0))
        .containsExactly(0.0, 32.0, 40.0, 48.0, 72.0, 96.0);
    assertThat(views.of(layout.parameters().get(5)).getDouble(7)).isEqualTo(71);
    views.participants().get(1).assign(-1);
    assertThat(flat.getDouble(71)).isEqualTo(71);
    assertThat(flat.getDouble(72)).isEqualTo(-1);
  }

  @Test
  void knowsTheMemoryThatItWasCutFrom() {
    INDArray flat = Nd4j.zeros(DataType.FLOAT, 1, 99);
    GradientViews views = GradientViews.of(layout, flat);

    assertThat(views.isOf(flat)).isTrue();
    assertThat(views.isOf(flat.reshape(99))).isTrue();
    assertThat(views.isOf(flat.dup())).isFalse();
    assertThat(views.isOf(views.participants().get(0))).isFalse();
  }

  @Test
  void refusesAGradientOfAnotherLength() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GradientViews.of(layout, Nd4j.zeros(DataType.FLOAT, 98)))
        .withMessage("gradient must have the network's 99 elements, but has 98");
  }
}
