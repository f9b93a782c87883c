package io.github.dl4jclipping.random;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.ClippedUpdater;
import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.Networks;
import io.github.dl4jclipping.RecordingUpdater;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.report.StepOutcome;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;
import org.deeplearning4j.nn.api.Model;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * What clipping promises for networks of any layers that DL4J trains on a CPU.
 *
 * <p>DL4J cannot train all that can be pieced together. Its own network, without the plugin, goes
 * first in every step, and where it fails the draw does not count.
 */
final class RandomNetworksTest {

  @Property(tries = 120, seed = "20240229", edgeCases = EdgeCasesMode.NONE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void keepsTheBoundAndTheDirection(
      @ForAll("networks") RandomNetwork network,
      @ForAll("batchSizes") List<Integer> batchSizes,
      @ForAll("shares") double share) {
    Draws draws = new Draws(network);
    assertClips(network, draws, batchSizes, share);
    draws.countAsRandom();
  }

  @Property(tries = 120, seed = "20240301", edgeCases = EdgeCasesMode.NONE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void trainsAsStockDoesWhereNothingClips(
      @ForAll("networks") RandomNetwork network,
      @ForAll("batchSizes") List<Integer> batchSizes,
      @ForAll("decays") double decay,
      @ForAll boolean option) {
    Draws draws = new Draws(network);
    assertTrainsAsStock(network, draws, batchSizes, decay, option);
    draws.countAsRandom();
  }

  @Property(generation = GenerationMode.EXHAUSTIVE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void holdsForEveryKindOfPiece(@ForAll("onePieceNetworks") RandomNetwork network) {
    Draws draws = new Draws(network);
    assertClips(network, draws, List.of(2, 2), 0.5);
    assertTrainsAsStock(network, draws, List.of(2, 2), 0, false);
    draws.count(100);
  }

  /**
   * Trains a network of DL4J's and a clipped one side by side, each step from equal parameters, and
   * compares what reaches their updaters.
   *
   * @param share the bound as a part of the first step's norm
   */
  private static void assertClips(
      RandomNetwork network, Draws draws, List<Integer> batchSizes, double share) {
    RecordingUpdater whole = new RecordingUpdater(network.training().updater().make());
    RecordingUpdater recorded = new RecordingUpdater(network.training().updater().make());
    CollectingObserver seen = new CollectingObserver();
    Model stock = draws.ifStockCan(() -> network.build(whole, 0));
    Batches batches = draws.ifStockCan(() -> Batches.of(network, network.build(whole, 0)));
    Model clipped = network.build(recorded, 0);
    Precision precision = Precision.of(network.training().type());

    for (int i = 0; i < batchSizes.size(); i++) {
      DataSet batch = batches.get(batchSizes.get(i), i);
      stock.params().assign(clipped.params());
      draws.ifStockCan(() -> fit(stock, batch));
      HandedOver unclipped = HandedOver.to(whole);
      draws.ifStock(unclipped.isFinite());
      if (i == 0) {
        double maxNorm = precision.maxNorm(share * unclipped.norm());
        clipped.addListeners(
            new GradientClippingListener(GradientClipping.byGlobalNorm(maxNorm)).observe(seen));
      }
      fit(clipped, batch);
      precision.assertClipped(HandedOver.to(recorded), unclipped, seen.last());
      assertOthersAreStock(stock, clipped, seen.last().parameterNorms().keySet());
    }
  }

  /** Asserts that a step did to all parameters but those that take part what DL4J does to them. */
  private static void assertOthersAreStock(Model stock, Model clipped, Set<String> participants) {
    Map<String, INDArray> others = new TreeMap<>(clipped.paramTable());
    others.keySet().removeAll(participants);
    others.forEach(
        (name, parameter) ->
            assertThat(Snapshot.bits(parameter))
                .as(name)
                .isEqualTo(Snapshot.bits(stock.paramTable().get(name))));
  }

  /**
   * Trains a network of DL4J's and one with a bound that is never reached.
   *
   * @param decay regularization, which comes after the clip
   * @param option whether the bound stands in the network's configuration
   */
  private static void assertTrainsAsStock(
      RandomNetwork network, Draws draws, List<Integer> batchSizes, double decay, boolean option) {
    GradientClipping never = GradientClipping.byGlobalNorm(1e9);
    IUpdater updater = network.training().updater().make();
    Model stock = draws.ifStockCan(() -> network.build(updater, decay));
    Batches batches = draws.ifStockCan(() -> Batches.of(network, network.build(updater, decay)));
    Model clipped = network.build(option ? new ClippedUpdater(updater, never) : updater, decay);
    CollectingObserver seen = new CollectingObserver();
    clipped.addListeners(
        (option ? new GradientClippingListener() : new GradientClippingListener(never))
            .observe(seen));

    for (int i = 0; i < batchSizes.size(); i++) {
      DataSet batch = batches.get(batchSizes.get(i), i);
      draws.ifStockCan(() -> fit(stock, batch));
      draws.ifStock(Double.isFinite(Networks.exactNorm(stock.params())));
      fit(clipped, batch);
      assertThat(seen.last().outcome()).isEqualTo(StepOutcome.UNCHANGED);
    }
    assertThat(Snapshot.of(clipped)).isEqualTo(Snapshot.of(stock));
  }

  /** Fits a copy of a batch with the same dropout as any other network. */
  private static Model fit(Model model, DataSet batch) {
    Nd4j.getRandom().setSeed(42);
    Kind.fit(model, batch.copy());
    return model;
  }

  @Provide
  Arbitrary<RandomNetwork> networks() {
    return Recipes.networks();
  }

  @Provide
  Arbitrary<RandomNetwork> onePieceNetworks() {
    return Recipes.onePieceNetworks();
  }

  @Provide
  Arbitrary<List<Integer>> batchSizes() {
    return Recipes.batchSizes();
  }

  /** Bounds as parts of the first step's norm: most steps are clipped, some are not. */
  @Provide
  Arbitrary<Double> shares() {
    return Arbitraries.of(0.5, 0.9, 0.01, 1.1);
  }

  @Provide
  Arbitrary<Double> decays() {
    return Arbitraries.of(0.0, 1e-2);
  }
}
