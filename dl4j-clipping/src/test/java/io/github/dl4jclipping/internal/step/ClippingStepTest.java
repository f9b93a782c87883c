package io.github.dl4jclipping.internal.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.RecordingUpdater;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.Decision;
import io.github.dl4jclipping.rule.RuleParameter;
import io.github.dl4jclipping.rule.RuleState;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** What reaches the updater, seen by an updater that records it. */
class ClippingStepTest {

  private static final double MAX = 0.05;

  private final RecordingUpdater recording = new RecordingUpdater(0.1);
  private final CollectingObserver seen = new CollectingObserver();

  static Stream<Arguments> cases() {
    Function<NeuralNetConfiguration.Builder, Model> layers = Networks::dense;
    Function<NeuralNetConfiguration.Builder, Model> graph = Networks::graph;
    return Stream.of(
        Arguments.of(layers, DataType.FLOAT, true, 1e-5),
        Arguments.of(layers, DataType.FLOAT, false, 1e-5),
        Arguments.of(layers, DataType.DOUBLE, true, 1e-12),
        Arguments.of(layers, DataType.FLOAT16, true, 1e-3),
        Arguments.of(graph, DataType.FLOAT, true, 1e-5),
        Arguments.of(graph, DataType.FLOAT, false, 1e-5),
        Arguments.of(graph, DataType.DOUBLE, true, 1e-12),
        Arguments.of(graph, DataType.FLOAT16, true, 1e-3));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void handsOverAtMostMaxNorm(
      Function<NeuralNetConfiguration.Builder, Model> kind,
      DataType type,
      boolean minibatch,
      double tolerance) {
    Model network = kind.apply(Networks.conf(recording).dataType(type).miniBatch(minibatch));
    Model stock = kind.apply(Networks.conf(new Sgd(0.1)).dataType(type).miniBatch(minibatch));
    listen(network, GradientClipping.byGlobalNorm(MAX));

    for (int examples : new int[] {5, 7, 32}) {
      stock.setParams(network.params().dup());
      DataSet batch = Networks.batch(type, examples, examples);
      fit(network, batch.copy());
      double handedOver = recording.takeNorm();
      double mean = stockNorm(stock, batch.copy(), minibatch);

      ClipReport report = seen.last();
      assertThat(report.outcome()).isEqualTo(StepOutcome.CLIPPED);
      assertThat(handedOver).isLessThanOrEqualTo(MAX * (1 + tolerance));
      assertThat(handedOver)
          .isCloseTo(report.clippedNorm(), within(MAX * Math.max(tolerance, 1e-6)));
      assertThat(report.norm())
          .isCloseTo(mean, within(mean * Math.max(2e-3 * tolerance / 1e-3, 1e-6)));
      assertThat(report.coefficient()).isEqualTo(MAX / (report.norm() + 1e-6));
      assertThat(report.maxNorm()).isEqualTo(MAX);
    }
  }

  @Test
  void keepsTheDirection() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(recording));
    MultiLayerNetwork free = Networks.dense(Networks.conf(recording));
    listen(network, GradientClipping.byGlobalNorm(MAX));
    fit(network, Networks.batch(7, 1));
    List<INDArray> clipped = recording.takeSeen();
    fit(free, Networks.batch(7, 1));
    List<INDArray> whole = recording.takeSeen();

    assertThat(clipped).hasSameSizeAs(whole);
    for (int i = 0; i < whole.size(); i++) {
      INDArray expected = whole.get(i).mul(seen.last().coefficient());
      assertThat(clipped.get(i).equalsWithEps(expected, 1e-8)).isTrue();
    }
  }

  @Test
  void leavesBatchNormalizationsStatisticsAlone() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)));
    MultiLayerNetwork stock = Networks.dense(Networks.conf(new Sgd(0.1)));
    listen(network, GradientClipping.byGlobalNorm(1e-4));

    fit(network, Networks.batch(7, 1));
    fit(stock, Networks.batch(7, 1));

    for (String statistic : List.of("1_mean", "1_var")) {
      assertThat(Snapshot.bits(network.getParam(statistic)))
          .isEqualTo(Snapshot.bits(stock.getParam(statistic)));
    }
    assertThat(Snapshot.bits(network.getParam("0_W")))
        .isNotEqualTo(Snapshot.bits(stock.getParam("0_W")));
  }

  @Test
  void parameterNormsMakeUpTheGlobalNorm() {
    Model network = Networks.graph(Networks.conf(recording));
    listen(network, GradientClipping.byGlobalNorm(MAX));
    fit(network, Networks.batch(7, 1));

    ClipReport report = seen.last();
    double squares = report.parameterNorms().values().stream().mapToDouble(n -> n * n).sum();
    // Two measurements, in other blocks; BLAS multiplies floats as floats.
    assertThat(Math.sqrt(squares)).isCloseTo(report.norm(), within(report.norm() * 1e-7));
    assertThat(report.parameterNorms())
        .containsOnlyKeys("a_W", "a_b", "b_W", "b_b", "norm_gamma", "norm_beta", "out_W", "out_b");
  }

  @Test
  void measuresParametersOnlyIfSomebodyAsks() {
    MultiLayerNetwork quiet = Networks.dense(Networks.conf(new Sgd(0.1)));
    quiet.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(MAX)));
    MultiLayerNetwork asked = Networks.dense(Networks.conf(new Sgd(0.1)));
    asked.addListeners(
        new GradientClippingListener(
            GradientClipping.builder().maxNorm(MAX).parameterNorms(true).build()));

    fit(quiet, Networks.batch(7, 1));
    fit(asked, Networks.batch(7, 1));

    assertThat(GradientClipping.lastReport(quiet).orElseThrow().parameterNorms()).isEmpty();
    assertThat(GradientClipping.lastReport(asked).orElseThrow().parameterNorms()).hasSize(6);
  }

  static Stream<NormType> normTypes() {
    return Stream.of(NormType.L1, NormType.INF, NormType.p(0.5), NormType.p(1.5), NormType.p(4));
  }

  @ParameterizedTest
  @MethodSource("normTypes")
  void clipsByEveryNorm(NormType type) {
    MultiLayerNetwork network = Networks.dense(Networks.conf(recording));
    listen(network, GradientClipping.builder().maxNorm(0.01).normType(type).build());

    fit(network, Networks.batch(7, 1));

    double[] norms =
        recording.takeSeen().stream().mapToDouble(array -> exact(array, type)).toArray();
    assertThat(type.combine(norms)).isCloseTo(0.01, within(1e-5));
    assertThat(type.combine(norms)).isLessThanOrEqualTo(0.01 * (1 + 1e-5));
  }

  @Test
  void clampsElementsOfTheMeanGradient() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(recording));
    MultiLayerNetwork free = Networks.dense(Networks.conf(recording));
    listen(network, GradientClipping.byValue(0.02));
    fit(network, Networks.batch(7, 1));
    List<INDArray> clamped = recording.takeSeen();
    fit(free, Networks.batch(7, 1));
    List<INDArray> whole = recording.takeSeen();

    for (int i = 0; i < whole.size(); i++) {
      double[] was = whole.get(i).data().asDouble();
      double[] is = clamped.get(i).data().asDouble();
      for (int j = 0; j < was.length; j++) {
        assertThat(is[j]).isEqualTo(Math.max(-0.02f, Math.min(0.02f, was[j])));
      }
    }
    ClipReport report = seen.last();
    assertThat(report.outcome()).isEqualTo(StepOutcome.CLIPPED);
    assertThat(report.coefficient()).isNaN();
    assertThat(report.maxNorm()).isInfinite();
    assertThat(report.clippedNorm()).isLessThan(report.norm());
  }

  @Test
  void clampThatChangesNothingIsNoClip() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)));
    MultiLayerNetwork stock = Networks.dense(Networks.conf(new Sgd(0.1)));
    listen(network, GradientClipping.byValue(1e3));

    fit(network, Networks.batch(7, 1));
    fit(stock, Networks.batch(7, 1));

    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.UNCHANGED);
    assertThat(seen.last().coefficient()).isEqualTo(1);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  @Test
  void measuresOnly() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)));
    MultiLayerNetwork stock = Networks.dense(Networks.conf(new Sgd(0.1)));
    listen(network, GradientClipping.measureOnly());

    fit(network, Networks.batch(7, 1));
    fit(stock, Networks.batch(7, 1));

    assertThat(seen.last().norm()).isPositive();
    assertThat(seen.last().maxNorm()).isInfinite();
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  @Test
  void ruleOfOnesOwnScalesParametersApart() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(recording));
    GradientClipping clipping = GradientClipping.builder().rule(new EachToOne()).build();
    network.addListeners(new GradientClippingListener(clipping));

    fit(network, Networks.batch(7, 1));

    ClipReport report = GradientClipping.lastReport(network).orElseThrow();
    // Six parameters of norm 1 each.
    assertThat(recording.takeNorm()).isCloseTo(Math.sqrt(6), within(1e-5));
    assertThat(report.clippedNorm()).isCloseTo(Math.sqrt(6), within(1e-6));
    assertThat(report.coefficient()).isCloseTo(report.clippedNorm() / report.norm(), within(1e-12));
    assertThat(report.coefficient()).isGreaterThan(1);
    assertThat(report.outcome()).isEqualTo(StepOutcome.SCALED_UP);
  }

  @Test
  void ruleThatGivesTooFewCoefficientsIsRefused() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(recording));
    ClipRule broken = names -> gradient -> new Decision.ScaleEach(new double[] {1, 1}, 1);
    network.addListeners(
        new GradientClippingListener(GradientClipping.builder().rule(broken).build()));
    Snapshot before = Snapshot.of(network);

    assertThatThrownBy(() -> fit(network, Networks.batch(7, 1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("6 parameters")
        .hasMessageContaining("returned 2");
    assertThat(Snapshot.of(network)).isEqualTo(before);
  }

  @Test
  @SuppressWarnings("serial") // the lambda never leaves this test
  void ruleThatScalesApartNeedsNoParameterNorms() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(recording));
    ClipRule half = names -> gradient -> scaleEach(names, 0.5);
    network.addListeners(
        new GradientClippingListener(GradientClipping.builder().rule(half).build()));

    fit(network, Networks.batch(7, 1));

    ClipReport report = GradientClipping.lastReport(network).orElseThrow();
    assertThat(report.coefficient()).isCloseTo(0.5, within(1e-6));
    assertThat(recording.takeNorm()).isCloseTo(report.norm() / 2, within(1e-6));
  }

  @Test
  @SuppressWarnings("serial") // the lambda never leaves this test
  void coefficientsOfOneLeaveTheStepToStock() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)));
    MultiLayerNetwork stock = Networks.dense(Networks.conf(new Sgd(0.1)));
    ClipRule one = names -> gradient -> scaleEach(names, 1);
    listen(network, GradientClipping.builder().rule(one).build());

    fit(network, Networks.batch(7, 1));
    fit(stock, Networks.batch(7, 1));

    assertThat(seen.last().outcome()).isEqualTo(StepOutcome.UNCHANGED);
    assertThat(seen.last().coefficient()).isEqualTo(1);
    assertThat(Snapshot.of(network)).isEqualTo(Snapshot.of(stock));
  }

  private static Decision scaleEach(List<RuleParameter> names, double coefficient) {
    double[] coefficients = new double[names.size()];
    Arrays.fill(coefficients, coefficient);
    return new Decision.ScaleEach(coefficients, Double.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @EnumSource(names = {"DOUBLE", "FLOAT", "HALF"})
  void watchingDoesNotChangeABit(DataType type) {
    Model watched = Networks.graph(Networks.conf(new Sgd(0.1)).dataType(type));
    Model alone = Networks.graph(Networks.conf(new Sgd(0.1)).dataType(type));
    listen(watched, GradientClipping.byGlobalNorm(MAX));
    alone.addListeners(new GradientClippingListener(GradientClipping.byGlobalNorm(MAX)));
    for (int step = 0; step < 20; step++) {
      fit(watched, Networks.batch(type, 7, step));
      fit(alone, Networks.batch(type, 7, step));
    }
    assertThat(Snapshot.of(watched)).isEqualTo(Snapshot.of(alone));
  }

  @Test
  void elementsThatEqualTheBoundAreNotClamped() {
    MultiLayerNetwork network = Networks.dense(Networks.conf(new Sgd(0.1)));
    GradientClipping.byValue(0.1).attachTo(network);
    network.fit(Networks.batch(7, 1));
    // As a float it is a little more than 0.1.
    network.getFlattenedGradients().assign(0.1f);

    network
        .getUpdater()
        .update(
            network,
            new DefaultGradient(network.getFlattenedGradients()),
            1,
            0,
            1,
            LayerWorkspaceMgr.noWorkspaces());

    assertThat(GradientClipping.lastReport(network).orElseThrow().outcome())
        .isEqualTo(StepOutcome.UNCHANGED);
  }

  /** Makes the norm of each parameter 1. */
  private record EachToOne() implements ClipRule {
    @Override
    public RuleState start(List<RuleParameter> parameters) {
      return gradient -> {
        double[] coefficients = gradient.parameterNorms().clone();
        for (int i = 0; i < coefficients.length; i++) {
          coefficients[i] = 1 / coefficients[i];
        }
        return new Decision.ScaleEach(coefficients, Double.POSITIVE_INFINITY);
      };
    }
  }

  private void listen(Model network, GradientClipping clipping) {
    network.addListeners(new GradientClippingListener(clipping).observe(seen));
  }

  private static void fit(Model network, DataSet batch) {
    ((NeuralNetwork) network).fit(batch);
  }

  private static double exact(INDArray array, NormType type) {
    double[] values = array.dup().data().asDouble();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return type.combine(values);
  }

  /** The norm of the gradient by DL4J alone: what plain SGD subtracts, divided by its rate. */
  private static double stockNorm(Model stock, DataSet batch, boolean minibatch) {
    RecordingUpdater recorder = new RecordingUpdater(0.1);
    Model copy =
        stock instanceof MultiLayerNetwork
            ? Networks.dense(
                Networks.conf(recorder).dataType(stock.params().dataType()).miniBatch(minibatch))
            : Networks.graph(
                Networks.conf(recorder).dataType(stock.params().dataType()).miniBatch(minibatch));
    copy.setParams(stock.params().dup());
    fit(copy, batch);
    // The blocks of BatchNormalization's statistics have an updater of their own, NoOp.
    return recorder.takeNorm();
  }
}
