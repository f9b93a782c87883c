package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipRule;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/** Training loops that call the updater themselves. */
class ExternalGradientTest {

  private static final int EXAMPLES = 7;

  @Test
  void ownGradientIsClippedInALoopOfOnesOwn() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new NoOp()));
    GradientClipping.byGlobalNorm(0.01).attachTo(network);
    Gradient gradient = backprop(network, Networks.batch(EXAMPLES, 1));

    update(network, gradient);

    ClipReport report = GradientClipping.lastReport(network).orElseThrow();
    assertThat(report.outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(participants(gradient.gradient())).isCloseTo(0.01, within(1e-7));
  }

  /** Divided by 0 its norm would be infinite, and the step would do nothing without a word. */
  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void noExamplesAreRefused(int examples) {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Adam(0.1)));
    GradientClipping.byGlobalNorm(0.01).attachTo(network);
    Gradient gradient = backprop(network, Networks.batch(EXAMPLES, 1));
    Snapshot before = Snapshot.of(network);
    assertThatThrownBy(
            () ->
                network
                    .getUpdater()
                    .update(network, gradient, 0, 0, examples, LayerWorkspaceMgr.noWorkspaces()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batchSize must be >= 1, but was " + examples + ". Nothing was applied.");
    assertThat(Snapshot.of(network)).isEqualTo(before);
  }

  @Test
  void listenerAloneClipsInALoopThatComputesGradientsByItself() {
    MultiLayerNetwork network = Networks.init(Networks.plainConf(Networks.conf(new Sgd(0.1))));
    network.addListeners(
        new io.github.dl4jclipping.GradientClippingListener(GradientClipping.byGlobalNorm(0.01)));
    for (int step = 0; step < 3; step++) {
      Gradient gradient = backprop(network, Networks.batch(EXAMPLES, step));
      update(network, gradient);
      assertThat(GradientClipping.lastReport(network).orElseThrow().clippedNorm())
          .isCloseTo(0.01, within(1e-7));
      assertThat(Networks.exactNorm(gradient.gradient())).isCloseTo(0.1 * 0.01, within(1e-7));
      network.setLearningRate(0.1); // puts DL4J's own updater back
    }
  }

  @Test
  void gradientOfAnotherNetworkIsClippedWhereItLies() {
    MultiLayerNetwork worker = Networks.dense(Networks.conf(new NoOp()));
    MultiLayerNetwork target = Networks.dense(Networks.conf(new NoOp()));
    GradientClipping.byGlobalNorm(0.01).attachTo(target);
    Gradient gradient = backprop(worker, Networks.batch(EXAMPLES, 1));
    target.initGradientsView();
    target.getFlattenedGradients().assign(0.5);

    update(target, gradient);

    assertThat(participants(gradient.gradient())).isCloseTo(0.01, within(1e-7));
    assertThat(target.getFlattenedGradients().minNumber().doubleValue()).isEqualTo(0.5);
  }

  @Test
  void hugeBoundEqualsStock() {
    MultiLayerNetwork worker = Networks.dense(Networks.conf(new Sgd(0.1)));
    MultiLayerNetwork stock = Networks.dense(Networks.conf(new Adam(1e-2)));
    MultiLayerNetwork clipped = Networks.dense(Networks.conf(new Adam(1e-2)));
    GradientClipping.byGlobalNorm(1e9).attachTo(clipped);

    for (int step = 0; step < 3; step++) {
      for (MultiLayerNetwork target : new MultiLayerNetwork[] {stock, clipped}) {
        Gradient gradient = backprop(worker, Networks.batch(EXAMPLES, step));
        update(target, gradient);
        target.params().subi(gradient.gradient());
      }
    }
    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
  }

  @Test
  void skipZeroesTheGradientThatWasPassed() {
    MultiLayerNetwork worker = Networks.dense(Networks.conf(new NoOp()));
    MultiLayerNetwork target = Networks.dense(Networks.conf(new Adam(1e-2)));
    GradientClipping.builder().maxNorm(1).nonFinite(NonFinitePolicy.SKIP).build().attachTo(target);
    Gradient gradient = backprop(worker, Networks.batch(EXAMPLES, 1));
    gradient.gradient().putScalar(3, Double.NaN);

    update(target, gradient);

    assertThat(gradient.gradient().amaxNumber().doubleValue()).isZero();
    assertThat(gradient.gradient().isNaN().any()).isFalse();
  }

  @Test
  void nonFiniteGradientOfAnotherNetworkIsRefused() {
    MultiLayerNetwork worker = Networks.dense(Networks.conf(new NoOp()));
    MultiLayerNetwork target = Networks.dense(Networks.conf(new Adam(1e-2)));
    GradientClipping.byGlobalNorm(1).attachTo(target);
    Gradient gradient = backprop(worker, Networks.batch(EXAMPLES, 1));
    gradient.gradient().putScalar(3, Double.NaN);

    assertThatThrownBy(() -> update(target, gradient))
        .isInstanceOf(NonFiniteGradientException.class)
        .hasMessageContaining("0_W");
  }

  @Test
  void gradientOfTheWrongLengthIsRefused() {
    MultiLayerNetwork target = Networks.dense(Networks.conf(new NoOp()));
    GradientClipping.byGlobalNorm(1).attachTo(target);
    MultiLayerNetwork other =
        Networks.init(io.github.dl4jclipping.Recurrent.layers(Networks.conf(new NoOp())));
    other.initGradientsView();
    Gradient wrong = new DefaultGradient(other.getFlattenedGradients());

    assertThatThrownBy(() -> update(target, wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must have the network's 99 elements");
  }

  @Test
  void warnsThatLayerNormalizationMissesTheGradientOfAnotherNetwork() {
    try (LogCapture log = new LogCapture(Level.WARN)) {
      MultiLayerNetwork worker = Networks.dense(Networks.conf(new NoOp()));
      MultiLayerNetwork target =
          Networks.dense(
              Networks.conf(new NoOp())
                  .gradientNormalization(GradientNormalization.ClipL2PerLayer));
      GradientClipping.byGlobalNorm(0.01).attachTo(target);
      for (int step = 0; step < 2; step++) {
        Gradient gradient = backprop(worker, Networks.batch(EXAMPLES, 1));
        update(target, gradient);
        assertThat(participants(gradient.gradient())).isCloseTo(0.01, within(1e-7));
      }
      assertThat(log.at(Level.WARN)).hasSize(2);
      assertThat(log.at(Level.WARN).get(1)).contains("another network");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ClipL2PerParamType", "RenormalizeL2PerParamType"})
  void doesNotWarnOfNormalizationThatReachesTheGradientOfAnotherNetwork(
      GradientNormalization kind) {
    try (LogCapture log = new LogCapture(Level.WARN)) {
      MultiLayerNetwork worker = Networks.dense(Networks.conf(new NoOp()));
      MultiLayerNetwork target =
          Networks.dense(Networks.conf(new NoOp()).gradientNormalization(kind));
      GradientClipping.byGlobalNorm(0.01).attachTo(target);
      update(target, backprop(worker, Networks.batch(EXAMPLES, 1)));
      assertThat(log.at(Level.WARN)).hasSize(1);
      assertThat(log.at(Level.WARN).get(0)).doesNotContain("another network");
    }
  }

  /** DL4J flattens such a view anew, into a copy, each time that it is asked. */
  @Test
  void gradientThatCannotBeCutInPlaceIsRefused() {
    MultiLayerNetwork target = Networks.dense(Networks.conf(new NoOp()));
    GradientClipping.byGlobalNorm(1).attachTo(target);
    INDArray strided = Nd4j.ones(9, 22).get(NDArrayIndex.all(), NDArrayIndex.interval(0, 11));

    assertThatThrownBy(() -> update(target, new DefaultGradient(strided)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be contiguous");
  }

  /** By its raw pointer it would have been read, and the JVM died. */
  @Test
  void gradientThatWasClosedIsRefused() {
    MultiLayerNetwork target = Networks.dense(Networks.conf(new Adam(1e-2)));
    GradientClipping.byGlobalNorm(1).attachTo(target);
    Snapshot before = Snapshot.of(target);
    INDArray whole = Nd4j.ones(200);
    INDArray view = whole.get(NDArrayIndex.interval(50, 149));
    Gradient gradient = given(view);
    whole.close();

    assertThatThrownBy(() -> update(target, gradient))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("gradient must not be closed");
    assertThat(Snapshot.of(target)).isEqualTo(before);
  }

  @Test
  void gradientThatLeftItsWorkspaceIsRefused() {
    MultiLayerNetwork target = Networks.dense(Networks.conf(new Adam(1e-2)));
    GradientClipping.byGlobalNorm(1).attachTo(target);
    WorkspaceConfiguration small = WorkspaceConfiguration.builder().initialSize(1 << 16).build();
    INDArray leaked;
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager().getAndActivateWorkspace(small, "ExternalGradientTest")) {
      assertThat(workspace.isScopeActive()).isTrue();
      leaked = Nd4j.ones(99);
    }

    assertThatThrownBy(() -> update(target, given(leaked)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("gradient must be in the scope of its workspace");
  }

  /** AGC measures the parameters, too. */
  @Test
  void parametersThatWereClosedAreRefused() {
    MultiLayerNetwork target = Networks.dense(Networks.conf(new Sgd(0.1)));
    GradientClipping.builder().rule(ClipRule.agc()).build().attachTo(target);
    INDArray gradient = Nd4j.ones(99);
    update(target, given(gradient));
    target.params().close();

    assertThatThrownBy(() -> update(target, given(gradient)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the network's parameters must not be closed");
  }

  /** A gradient that is what it was given: DL4J's own makes a view of it at each call. */
  private static Gradient given(INDArray flat) {
    return new DefaultGradient() {
      @Override
      public INDArray gradient() {
        return flat;
      }
    };
  }

  private static Gradient backprop(MultiLayerNetwork network, DataSet batch) {
    network.setInput(batch.getFeatures());
    network.setLabels(batch.getLabels());
    network.computeGradientAndScore();
    return network.gradient();
  }

  private static void update(MultiLayerNetwork network, Gradient gradient) {
    network
        .getUpdater()
        .update(network, gradient, 0, 0, EXAMPLES, LayerWorkspaceMgr.noWorkspaces());
  }

  /** The norm without BatchNormalization's mean and variance, which lie before the last 27. */
  private static double participants(INDArray flat) {
    double[] values = flat.dup().data().asDouble();
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      if (i < 56 || i >= 72) {
        sum += values[i] * values[i];
      }
    }
    return Math.sqrt(sum);
  }
}
