package io.github.dl4jclipping.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.NonFiniteGradientException;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Recurrent;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * A hundred thousand steps, and a thousand that raise: nothing grows. Runs with {@code mvn -Psoak},
 * in a heap of fixed size, so that what the process grows by lies outside it.
 */
@Tag("soak")
class SoakTest {

  private static final int WARM_UP = 5_000;
  private static final long MEGABYTE = 1 << 20;

  static Stream<Arguments> networks() {
    List<DataSet> rows = IntStream.range(0, 8).mapToObj(i -> Networks.batch(7, i)).toList();
    List<DataSet> sequences =
        IntStream.range(0, 8).mapToObj(i -> Recurrent.batch(3, 1, i)).toList();
    return Stream.of(
        Arguments.of("dense", Networks.dense(Networks.conf(new Adam(1e-3))), rows, 70_000),
        Arguments.of("graph", Networks.graph(Networks.conf(new Adam(1e-3))), rows, 20_000),
        Arguments.of(
            "recurrent",
            Networks.init(Recurrent.layers(Networks.conf(new Adam(1e-3)))),
            sequences,
            10_000));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void nothingGrowsWithSteps(String name, Model network, List<DataSet> batches, int steps) {
    AtomicLong seen = new AtomicLong();
    network.addListeners(
        new GradientClippingListener(GradientClipping.byGlobalNorm(0.01))
            .observe(report -> seen.incrementAndGet()));
    fit(network, batches, WARM_UP);
    Memory before = Memory.now();

    fit(network, batches, steps);

    assertGrownByLessThan(16 * MEGABYTE, before);
    assertThat(seen).hasValue(WARM_UP + steps);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  /**
   * Master weights of 100,000 parameters, and the updater's state asked for at every other step.
   */
  @Test
  void nothingGrowsWithMasterWeights() {
    MultiLayerNetwork network =
        Networks.init(
            Networks.conf(new AMSGrad(1e-3))
                .dataType(DataType.FLOAT16)
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(12_500).build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(12_500).nOut(3).build())
                .build());
    network.addListeners(
        new GradientClippingListener(
            GradientClipping.builder()
                .maxNorm(0.01)
                .lossScaling(LossScaling.dynamic().withMasterWeights(true))
                .build()));
    List<DataSet> rows = List.of(Networks.batch(DataType.FLOAT16, 7, 1));
    fitAndAsk(network, rows, 100);
    Memory before = Memory.now();

    long peak = fitAndAsk(network, rows, 200);

    assertThat(peak - before.process()).as("process at its peak").isLessThan(32 * MEGABYTE);
    assertGrownByLessThan(16 * MEGABYTE, before);
    assertThat(network.params().castTo(DataType.FLOAT).isNaN().any()).isFalse();
  }

  /** Returns the most bytes that the process had. */
  private static long fitAndAsk(MultiLayerNetwork network, List<DataSet> batches, int steps) {
    long peak = 0;
    for (int i = 0; i < steps; i += 2) {
      fit(network, batches, 2);
      assertThat(network.updaterState().dataType()).isEqualTo(DataType.FLOAT16);
      peak = Math.max(peak, Pointer.physicalBytes());
    }
    return peak;
  }

  private static void fit(Model network, List<DataSet> batches, int steps) {
    for (int i = 0; i < steps; i++) {
      Kind.fit(network, batches.get(i % batches.size()));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RAISE", "SKIP", "ZERO"})
  void nothingGrowsWithIncidents(NonFinitePolicy policy) {
    Model network = Networks.dense(Networks.conf(new Adam(1e-3)));
    network.addListeners(
        new GradientClippingListener(
            GradientClipping.builder()
                .maxNorm(1)
                .nonFinite(policy)
                .maxConsecutiveSkips(Integer.MAX_VALUE)
                .build()));
    DataSet bad = Networks.nanBatch(7, 1);
    fitOrRaise(network, bad, 3_000); // until everything is compiled
    Memory before = Memory.now();

    fitOrRaise(network, bad, 1_000);

    assertGrownByLessThan(16 * MEGABYTE, before);
    assertThat(Nd4j.getWorkspaceManager().anyWorkspaceActiveForCurrentThread()).isFalse();
    Kind.fit(network, 1);
    assertThat(network.params().isNaN().any()).isFalse();
  }

  private static void fitOrRaise(Model network, DataSet bad, int times) {
    for (int i = 0; i < times; i++) {
      try {
        Kind.fit(network, bad);
      } catch (NonFiniteGradientException e) {
        assertThat(e.report().parameters()).isNotEmpty();
      }
    }
  }

  /** ND4J frees behind each collection, in threads of its own, which in stock lag by megabytes. */
  private static void assertGrownByLessThan(long bytes, Memory before) {
    long heap = Long.MAX_VALUE;
    for (int tries = 0; tries < 300 && heap - before.heap() >= bytes; tries++) {
      heap = Memory.now().heap();
    }
    assertThat(heap - before.heap()).as("heap").isLessThan(bytes);
    assertThat(Memory.now().process() - before.process()).as("process").isLessThan(bytes);
  }

  /** Bytes in use: of the heap after a collection, and of the whole process. */
  private record Memory(long heap, long process) {

    static Memory now() {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      return new Memory(runtime.totalMemory() - runtime.freeMemory(), Pointer.physicalBytes());
    }
  }
}
