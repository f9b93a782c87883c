package io.github.dl4jclipping.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.Recurrent;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/** Where nothing clips, a network trains as one without the plugin does: to the last bit. */
class BitIdentityTest {

  /** Powers of two are divided by in another way than the others, 1 not at all. */
  private static final int[] BATCHES = {7, 8, 13, 32, 3, 1};

  private static final GradientClipping NEVER = GradientClipping.byGlobalNorm(1e9);

  static Stream<Arguments> cases() {
    Map<String, IUpdater> updaters = new LinkedHashMap<>();
    updaters.put("Sgd", new Sgd(0.1));
    // The default epsilon is 0 in HALF, where Adam then divides by 0.
    updaters.put("Adam", new Adam(1e-2, 0.9, 0.999, 1e-3));
    updaters.put("AMSGrad", new AMSGrad(1e-2));
    updaters.put("AdaDelta", new AdaDelta());
    updaters.put("Nesterovs", new Nesterovs(0.05, 0.9));
    updaters.put("RmsProp", new RmsProp(1e-2));
    updaters.put("NoOp", new NoOp());
    Map<String, Function<NeuralNetConfiguration.Builder, NeuralNetConfiguration.Builder>> confs =
        new LinkedHashMap<>();
    confs.put("plain", conf -> conf);
    confs.put("l1 l2", conf -> conf.l1(1e-3).l2(1e-2));
    confs.put("weight decay", conf -> conf.weightDecay(1e-2));
    confs.put("bias updater", conf -> conf.biasUpdater(new Sgd(0.03)));
    confs.put("no minibatch", conf -> conf.miniBatch(false));
    confs.put("DOUBLE", conf -> conf.dataType(DataType.DOUBLE));
    confs.put("HALF", conf -> conf.dataType(DataType.FLOAT16));
    for (GradientNormalization kind : GradientNormalization.values()) {
      confs.put(
          kind.name(),
          conf -> conf.gradientNormalization(kind).gradientNormalizationThreshold(0.1));
    }
    Stream<Arguments> byUpdater =
        updaters.keySet().stream()
            .map(name -> Arguments.of(name + ", plain", updaters.get(name), confs.get("plain")));
    Stream<Arguments> byConf =
        confs.keySet().stream()
            .map(name -> Arguments.of("Adam, " + name, updaters.get("Adam"), confs.get(name)));
    return Stream.concat(byUpdater, byConf);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void layers(
      String name,
      IUpdater updater,
      Function<NeuralNetConfiguration.Builder, NeuralNetConfiguration.Builder> conf) {
    Model stock = Networks.dense(conf.apply(Networks.conf(updater.clone())));
    Model clipped = Networks.dense(conf.apply(Networks.conf(updater.clone())));
    assertIdentical(stock, clipped, new GradientClippingListener(NEVER));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void graph(
      String name,
      IUpdater updater,
      Function<NeuralNetConfiguration.Builder, NeuralNetConfiguration.Builder> conf) {
    Model stock = Networks.graph(conf.apply(Networks.conf(updater.clone())));
    Model clipped =
        Networks.graph(conf.apply(Networks.conf(new ClippedUpdater(updater.clone(), NEVER))));
    assertIdentical(stock, clipped, new GradientClippingListener());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void truncatedBackpropagation(
      String name,
      IUpdater updater,
      Function<NeuralNetConfiguration.Builder, NeuralNetConfiguration.Builder> conf) {
    Model stock = Networks.init(Recurrent.layers(conf.apply(Networks.conf(updater.clone()))));
    Model clipped = Networks.init(Recurrent.layers(conf.apply(Networks.conf(updater.clone()))));
    CollectingObserver seen = new CollectingObserver();
    clipped.addListeners(new GradientClippingListener(NEVER).observe(seen));
    DataType type = stock.params().dataType();
    for (int examples : BATCHES) {
      DataSet batch = cast(Recurrent.batch(examples, 3, examples), type);
      ((NeuralNetwork) stock).fit(batch.copy());
      ((NeuralNetwork) clipped).fit(batch.copy());
    }
    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
    assertThat(seen.steps).hasSize(3 * BATCHES.length);
    assertThat(seen.steps).allMatch(step -> step.outcome() == StepOutcome.UNCHANGED);
  }

  private static void assertIdentical(
      Model stock, Model clipped, GradientClippingListener listener) {
    CollectingObserver seen = new CollectingObserver();
    clipped.addListeners(listener.observe(seen));
    DataType type = stock.params().dataType();
    // In HALF, DL4J's own gradient of a single example is NaN.
    int[] batches = type == DataType.FLOAT16 ? Arrays.copyOf(BATCHES, BATCHES.length - 1) : BATCHES;
    for (int examples : batches) {
      DataSet batch = Networks.batch(type, examples, examples);
      ((NeuralNetwork) stock).fit(batch.copy());
      ((NeuralNetwork) clipped).fit(batch.copy());
    }
    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
    assertThat(seen.steps).hasSize(batches.length);
    assertThat(seen.steps)
        .allMatch(step -> step.outcome() == StepOutcome.UNCHANGED && step.coefficient() == 1);
    assertThat(seen.steps).allMatch(step -> step.norm() > 0 && step.norm() == step.clippedNorm());
  }

  private static DataSet cast(DataSet batch, DataType type) {
    return new DataSet(batch.getFeatures().castTo(type), batch.getLabels().castTo(type));
  }
}
