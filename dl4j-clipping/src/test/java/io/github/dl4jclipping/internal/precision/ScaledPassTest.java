package io.github.dl4jclipping.internal.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Level;
import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LogCapture;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.transferlearning.TransferLearningHelper;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

/** A loss is scaled in the passes of its network's own training, and nowhere else. */
class ScaledPassTest {

  private static final LossScaling SCALING = LossScaling.dynamic();

  private final CollectingObserver seen = new CollectingObserver();

  /** Even what runs within the step, when the gradient is computed, sees the plain loss. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  @SuppressWarnings("serial") // the lambda never leaves this test
  void aLayerHasItsOwnConfigurationOutsideThePass(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    NeuralNetConfiguration own = output(network).conf();
    List<NeuralNetConfiguration> found = new ArrayList<>();
    Kind.addListener(network, listener().observe(report -> found.add(output(network).conf())));
    Kind.fit(network, 1, 2);
    found.add(output(network).conf());
    assertThat(found).hasSize(3).allSatisfy(conf -> assertThat(conf).isSameAs(own));
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(65536, 2, 0));
  }

  private static Layer output(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getOutputLayer()
        : ((ComputationGraph) network).getOutputLayer(0);
  }

  @Test
  void calculateGradientsReturnsPlainGradients() {
    MultiLayerNetwork network = layers();
    MultiLayerNetwork stock = layers();
    network.addListeners(listener());
    network.fit(Networks.batch(7, 1));
    stock.setParams(network.params().dup());
    Pair<Gradient, INDArray> one = gradients(network);
    Pair<Gradient, INDArray> other = gradients(stock);
    assertThat(Snapshot.bits(one.getFirst().gradient()))
        .isEqualTo(Snapshot.bits(other.getFirst().gradient()));
    assertThat(Snapshot.bits(one.getSecond())).isEqualTo(Snapshot.bits(other.getSecond()));

    Gradient foreign = new DefaultGradient(other.getFirst().gradient().dup());
    apply(network, foreign);
    assertThat(seen.last().norm())
        .isCloseTo(Networks.exactNorm(other.getFirst().gradient()) / 7, within(1e-6));
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(1, 1, 0));
  }

  private static Pair<Gradient, INDArray> gradients(MultiLayerNetwork network) {
    DataSet batch = Networks.batch(7, 5);
    return network.calculateGradients(batch.getFeatures(), batch.getLabels(), null, null);
  }

  private static void apply(MultiLayerNetwork network, Gradient gradient) {
    network.getUpdater().update(network, gradient, 1, 0, 7, LayerWorkspaceMgr.noWorkspaces());
  }

  /** In a loop of one's own, and whatever object carries another network's gradient in between. */
  @Test
  void aLoopOfOnesOwnIsScaledAndDividedAgain() {
    MultiLayerNetwork network = layers();
    network.addListeners(listener());
    compute(network, 1);
    double scaled = Networks.exactNorm(network.gradient().gradient());
    apply(network, new DefaultGradient(network.gradient().gradient().dup().muli(0).addi(1)));
    assertThat(seen.last().lossScale().scale()).isEqualTo(1);
    apply(network, network.gradient());
    assertThat(seen.last().lossScale().scale()).isEqualTo(65536);
    assertThat(seen.last().norm()).isCloseTo(scaled / 65536, within(1e-6 * scaled));
  }

  private static void compute(MultiLayerNetwork network, long seed) {
    DataSet batch = Networks.batch(7, seed);
    network.setInput(batch.getFeatures());
    network.setLabels(batch.getLabels());
    network.computeGradientAndScore();
  }

  /** Nobody can tell what stands in the network's gradient then. */
  @Test
  void refusesAnotherObjectInPlaceOfAScaledGradient() {
    MultiLayerNetwork network = layers();
    network.addListeners(listener());
    compute(network, 1);
    Gradient other = new DefaultGradient(network.getFlattenedGradients());
    Snapshot before = Snapshot.of(network);
    assertThatIllegalStateException()
        .isThrownBy(() -> apply(network, other))
        .withMessageContainingAll("9362.28", "never applied", "network.gradient()");
    assertThat(Snapshot.of(network)).isEqualTo(before);
    apply(network, other);
    assertThat(seen.last().lossScale().scale()).isEqualTo(1);
  }

  /** Without the listener nobody scales, and that is said. */
  @Test
  void anUnscaledPassIsWarnedOfOnce() {
    MultiLayerNetwork network = layers();
    clipping().attachTo(network);
    try (LogCapture log = new LogCapture(Level.WARN)) {
      network.fit(Networks.batch(7, 1));
      network.fit(Networks.batch(7, 2));
      assertThat(log.at(Level.WARN))
          .singleElement()
          .asString()
          .contains("was not scaled", "Add the listener");
    }
  }

  /** The new network is plain, whatever the old one does at that time. */
  @Test
  void transferLearningIsNotScaledWhileTheOldOneTrains() throws InterruptedException {
    ComputationGraph old = (ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1));
    old.addListeners(listener());
    old.fit(Networks.batch(7, 1));
    AtomicBoolean enough = new AtomicBoolean();
    CountDownLatch trained = new CountDownLatch(10);
    Thread other =
        new Thread(
            () -> {
              while (!enough.get()) {
                old.fit(Networks.batch(7, 2));
                trained.countDown();
              }
            });
    other.start();
    trained.await();
    for (int i = 0; i < 20; i++) {
      ComputationGraph changed = changed(old);
      ComputationGraph stock = changed((ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1)));
      stock.setParams(changed.params().dup());
      Kind.fit(changed, 3, 4);
      Kind.fit(stock, 3, 4);
      assertThat(Snapshot.of(changed)).isEqualTo(Snapshot.of(stock));
    }
    enough.set(true);
    other.join();
  }

  private static ComputationGraph changed(ComputationGraph network) {
    return new TransferLearning.GraphBuilder(network)
        .nOutReplace("dense", 6, WeightInit.XAVIER)
        .build();
  }

  private static MultiLayerNetwork changed(MultiLayerNetwork network) {
    return new TransferLearning.Builder(network).nOutReplace(0, 6, WeightInit.XAVIER).build();
  }

  @Test
  void theHelperOfTransferLearningIsNotScaled() {
    MultiLayerNetwork old = layers();
    MultiLayerNetwork stock = layers();
    old.addListeners(listener());
    old.fit(Networks.batch(7, 1));
    stock.setParams(old.params().dup());
    TransferLearningHelper one = new TransferLearningHelper(old, 0);
    TransferLearningHelper other = new TransferLearningHelper(stock, 0);
    compute(old, 2);
    for (int i = 0; i < 3; i++) {
      one.fitFeaturized(other.featurize(Networks.batch(7, i)));
      other.fitFeaturized(other.featurize(Networks.batch(7, i)));
    }
    assertThat(Snapshot.of(one.unfrozenMLN())).isEqualTo(Snapshot.of(other.unfrozenMLN()));
  }

  @Test
  void aNetworkMadeFromAnotherDoesNotKeepIt() {
    List<WeakReference<Model>> old = new ArrayList<>();
    ComputationGraph changed = changed(trained(old));
    while (old.get(0).get() != null) {
      System.gc();
    }
    assertThat(changed.numParams()).isPositive();
  }

  private ComputationGraph trained(List<WeakReference<Model>> references) {
    ComputationGraph network = (ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1));
    network.addListeners(listener());
    network.fit(Networks.batch(7, 1));
    references.add(new WeakReference<>(network));
    return network;
  }

  /** A pass that fails after its loss was made ready leaves nothing that scales. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void aPassThatFailsScalesNothingAfterwards(Kind kind) {
    Model network = kind.plain(new Sgd(0.1));
    network.setListeners(List.of(listener(), new FailsOnce()));
    assertThatThrownBy(() -> Kind.fit(network, 1))
        .isInstanceOf(UnsupportedOperationException.class);
    if (network instanceof MultiLayerNetwork layers) {
      assertPlain(changed(layers), changed(layers()));
      MultiLayerNetwork stock = layers();
      assertThat(Snapshot.bits(gradients(layers).getFirst().gradient()))
          .isEqualTo(Snapshot.bits(gradients(stock).getFirst().gradient()));
    } else {
      assertPlain(
          changed((ComputationGraph) network),
          changed((ComputationGraph) Kind.GRAPH.plain(new Sgd(0.1))));
    }
    Kind.fit(network, 2);
    assertThat(seen.last().lossScale()).isEqualTo(new LossScaleStatus(65536, 1, 0));
  }

  private static void assertPlain(Model changed, Model stock) {
    stock.setParams(changed.params().dup());
    Kind.fit(changed, 3, 4);
    Kind.fit(stock, 3, 4);
    assertThat(Snapshot.of(changed)).isEqualTo(Snapshot.of(stock));
  }

  private static final class FailsOnce extends BaseTrainingListener {
    private boolean failed;

    @Override
    public void onForwardPass(Model model, List<INDArray> activations) {
      failOnce();
    }

    @Override
    public void onForwardPass(Model model, Map<String, INDArray> activations) {
      failOnce();
    }

    private void failOnce() {
      if (!failed) {
        failed = true;
        throw new UnsupportedOperationException("once");
      }
    }
  }

  /** The configuration that removeFrom changes is the one that DL4J's own updater is built from. */
  @Test
  void removedFromTheConfigurationItTrainsOn() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.plainConf(
                Networks.conf(new ClippedUpdater(new Sgd(0.1), clipping()))
                    .dataType(DataType.FLOAT16)));
    network.addListeners(new GradientClippingListener());
    network.fit(Networks.batch(DataType.FLOAT16, 7, 1));
    network.setListeners();
    ClippedUpdater.removeFrom(network.getLayerWiseConfigurations());
    network.setUpdater(null);
    INDArray before = network.params().dup();
    network.fit(Networks.batch(DataType.FLOAT16, 7, 2));
    assertThat(network.params()).isNotEqualTo(before);
  }

  private static MultiLayerNetwork layers() {
    return (MultiLayerNetwork) Kind.LAYERS.plain(new Sgd(0.1));
  }

  private static GradientClipping clipping() {
    return GradientClipping.builder().maxNorm(1e6).lossScaling(SCALING).build();
  }

  private GradientClippingListener listener() {
    return new GradientClippingListener(clipping()).observe(seen);
  }
}
