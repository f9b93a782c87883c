package io.github.dl4jclipping.random;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jclipping.CollectingObserver;
import io.github.dl4jclipping.GradientClipping;
import io.github.dl4jclipping.GradientClippingListener;
import io.github.dl4jclipping.Kind;
import io.github.dl4jclipping.NonFinitePolicy;
import io.github.dl4jclipping.Snapshot;
import io.github.dl4jclipping.forensics.OriginKind;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.StatisticsReport;
import net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A step that was finite is finite when forensics repeats it, whatever the layers: its gradient is
 * broken by another listener, of which a replay sees nothing.
 */
final class RandomReplaysTest {

  @Property(tries = 60, seed = "20240401", edgeCases = EdgeCasesMode.NONE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void repeatsBothPasses(@ForAll("networks") RandomNetwork network) {
    Draws draws = new Draws(network);
    assertRepeats(network, draws);
    draws.count(60);
  }

  @Property(generation = GenerationMode.EXHAUSTIVE)
  @StatisticsReport(StatisticsReportMode.OFF)
  void repeatsEveryKindOfPiece(@ForAll("onePieceNetworks") RandomNetwork network) {
    Draws draws = new Draws(network);
    assertRepeats(network, draws);
    draws.count(100);
  }

  private static void assertRepeats(RandomNetwork network, Draws draws) {
    Model stock = draws.ifStockCan(() -> network.build(network.training().updater().make(), 0));
    Batches batches = draws.ifStockCan(() -> Batches.of(network, stock));
    DataSet batch = batches.get(2, 1);
    draws.ifStockCan(() -> fit(stock, batch));
    draws.ifStock(Double.isFinite(stock.score()));
    Model model = network.build(network.training().updater().make(), 0);
    CollectingObserver seen = new CollectingObserver();
    model.addListeners(
        new Breaking(),
        new GradientClippingListener(
                GradientClipping.builder().maxNorm(1).nonFinite(NonFinitePolicy.SKIP).build())
            .observe(seen));
    Object before = Snapshot.of(model).params();

    fit(model, batch);

    assertThat(seen.nonFinite).hasSize(1);
    assertThat(seen.nonFinite.get(0).origin().notes())
        .contains("the repeated backward pass is finite")
        .noneMatch(note -> note.contains("ended in"));
    assertThat(seen.nonFinite.get(0).origin().kind()).isEqualTo(OriginKind.BACKWARD);
    assertThat(Snapshot.of(model).params()).isEqualTo(before);
    assertThat(Nd4j.getWorkspaceManager().anyWorkspaceActiveForCurrentThread()).isFalse();
  }

  private static Model fit(Model model, DataSet batch) {
    Nd4j.getRandom().setSeed(42);
    Kind.fit(model, batch.copy());
    return model;
  }

  /** Breaks every gradient behind the network's back. */
  private static final class Breaking extends BaseTrainingListener {
    @Override
    public void onGradientCalculation(Model model) {
      model.gradient().gradient().assign(Double.NaN);
    }
  }

  @Provide
  Arbitrary<RandomNetwork> networks() {
    return Recipes.networks();
  }

  @Provide
  Arbitrary<RandomNetwork> onePieceNetworks() {
    return Recipes.onePieceNetworks();
  }
}
