package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** A score that is not finite beside a gradient that is: told once, and no incident. */
class ScoreTest {

  private final CollectingObserver seen = new CollectingObserver();

  @ParameterizedTest
  @EnumSource
  void isToldOnce(Kind kind) {
    Model network = network(kind, DataType.FLOAT);

    List<String> warnings = warnings(network, GradientClipping.byGlobalNorm(1), DataType.FLOAT);

    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("The score is NaN at iteration 0, but the gradient is finite, with normBefore")
        .contains("Look for", "logged once");
    assertThat(seen.nonFinite).isEmpty();
    assertThat(seen.steps)
        .hasSize(3)
        .extracting(ClipReport::outcome)
        .containsOnly(StepOutcome.CLIPPED, StepOutcome.UNCHANGED);
  }

  @ParameterizedTest
  @EnumSource
  void isToldUnderLossScaling(Kind kind) {
    GradientClipping scaled =
        GradientClipping.builder().maxNorm(1).lossScaling(LossScaling.constant(16)).build();

    assertThat(warnings(network(kind, DataType.FLOAT16), scaled, DataType.FLOAT16))
        .singleElement()
        .asString()
        .startsWith("The score is NaN");
    assertThat(seen.nonFinite).isEmpty();
  }

  /** An incident tells its score itself. */
  @Test
  void incidentsAreNoneOfThese() {
    Model network = Networks.dense(Networks.conf(new Sgd(0.1)));
    listen(network, GradientClipping.builder().maxNorm(1).nonFinite(NonFinitePolicy.ZERO).build());
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Kind.fit(network, Networks.nanBatch(7, 1));
      Kind.fit(network, Networks.batch(7, 2));
      assertThat(log.at(Level.WARN)).noneMatch(line -> line.startsWith("The score is"));
    }
    assertThat(seen.nonFinite).hasSize(1);
  }

  /** L2 reads the vectors of words that are not in the batch. */
  @Test
  void penaltyOfUnusedParametersIsSuchACase() {
    Model network =
        Networks.init(
            Networks.conf(new Sgd(0.1))
                .l2(1e-3)
                .list()
                .layer(new EmbeddingLayer.Builder().nIn(10).nOut(4).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(4)
                        .nOut(3)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.paramTable().get("0_W").getRow(9).assign(Double.NaN);
    listen(network, GradientClipping.byGlobalNorm(1));
    try (LogCapture log = new LogCapture(Level.WARN)) {
      Kind.fit(
          network,
          new DataSet(
              Nd4j.createFromArray(new float[][] {{1}, {3}}), Nd4j.ones(DataType.FLOAT, 2, 3)));
      assertThat(log.at(Level.WARN)).anyMatch(line -> line.startsWith("The score is NaN"));
    }
    assertThat(seen.nonFinite).isEmpty();
  }

  private List<String> warnings(Model network, GradientClipping clipping, DataType type) {
    listen(network, clipping);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      for (int seed = 0; seed < 3; seed++) {
        Kind.fit(network, Networks.batch(type, 7, seed));
      }
      return log.at(Level.WARN);
    }
  }

  private void listen(Model network, GradientClipping clipping) {
    network.addListeners(new GradientClippingListener(clipping).observe(seen));
  }

  private static Model network(Kind kind, DataType type) {
    DenseLayer dense = new DenseLayer.Builder().nIn(4).nOut(5).build();
    OutputLayer output =
        new OutputLayer.Builder(new ScoreLost())
            .nIn(5)
            .nOut(3)
            .activation(Activation.IDENTITY)
            .build();
    var conf = Networks.conf(new Sgd(0.1)).dataType(type);
    return kind == Kind.LAYERS
        ? Networks.init(conf.list().layer(dense).layer(output).build())
        : Networks.init(
            conf.graphBuilder()
                .addInputs("in")
                .addLayer("0", dense, "in")
                .addLayer("1", output, "0")
                .setOutputs("1")
                .build());
  }

  /** The mean squared error, whose score somebody got wrong. */
  public static final class ScoreLost extends LossMSE {

    private static final long serialVersionUID = 1L;

    @Override
    public double computeScore(
        INDArray labels, INDArray preOutput, IActivation activation, INDArray mask, boolean avg) {
      return Double.NaN;
    }
  }
}
