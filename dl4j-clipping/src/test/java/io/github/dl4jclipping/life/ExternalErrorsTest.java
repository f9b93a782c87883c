package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;

/** Networks without an output layer, trained on errors that come from elsewhere. */
class ExternalErrorsTest {

  private static final int EXAMPLES = 7;

  @ParameterizedTest
  @EnumSource
  void attachedClippingClips(Kind kind) {
    Model network = network(kind, new Adam(1e-2));
    GradientClipping.byGlobalNorm(1e-3).attachTo(network);

    step(network, 1);
    step(network, 2);

    ClipReport report = GradientClipping.lastReport(network).orElseThrow();
    assertThat(report.outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(report.clippedNorm()).isLessThanOrEqualTo(1e-3);
    assertThat(report.iteration()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void whereNothingClipsAllIsAsInStock(Kind kind) {
    Model stock = network(kind, new Adam(1e-2));
    Model clipped = network(kind, new Adam(1e-2));
    GradientClipping.byGlobalNorm(1e9).attachTo(clipped);
    for (int seed = 0; seed < 3; seed++) {
      step(stock, seed);
      step(clipped, seed);
    }
    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
  }

  @ParameterizedTest
  @EnumSource
  void configuredNetworkRefusesUntilClippingIsAttached(Kind kind) {
    GradientClipping clipping = GradientClipping.byGlobalNorm(1e-3);
    Model network = network(kind, new ClippedUpdater(new Adam(1e-2), clipping));
    var before = Snapshot.bits(network.params());
    assertThatThrownBy(() -> step(network, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("clipping.attachTo(network)");
    assertThat(Snapshot.bits(network.params())).isEqualTo(before);

    clipping.attachTo(network);
    step(network, 1);
    assertThat(GradientClipping.lastReport(network)).isPresent();
  }

  private static Model network(Kind kind, IUpdater updater) {
    DenseLayer hidden = new DenseLayer.Builder().nIn(4).nOut(5).build();
    DenseLayer last = new DenseLayer.Builder().nIn(5).nOut(3).build();
    return kind == Kind.LAYERS
        ? Networks.init(Networks.conf(updater).list().layer(hidden).layer(last).build())
        : Networks.init(
            Networks.conf(updater)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", hidden, "in")
                .addLayer("last", last, "hidden")
                .setOutputs("last")
                .build());
  }

  private static void step(Model model, int seed) {
    INDArray features = Networks.batch(EXAMPLES, seed).getFeatures();
    INDArray errors = Networks.batch(EXAMPLES, seed).getLabels();
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    Gradient gradient;
    if (model instanceof MultiLayerNetwork network) {
      network.setInput(features);
      network.feedForward(true, false);
      gradient = network.backpropGradient(errors, null).getFirst();
      network.getUpdater().update(network, gradient, seed, 0, EXAMPLES, workspaces);
    } else {
      ComputationGraph graph = (ComputationGraph) model;
      graph.feedForward(new INDArray[] {features}, true, false);
      gradient = graph.backpropGradient(errors);
      graph.getUpdater().update(gradient, seed, 0, EXAMPLES, workspaces);
    }
    model.params().subi(gradient.gradient());
  }
}
