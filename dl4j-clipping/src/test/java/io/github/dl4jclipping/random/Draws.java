package io.github.dl4jclipping.random;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import net.jqwik.api.Assume;
import net.jqwik.api.statistics.Statistics;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Leaves out a draw that DL4J itself cannot train, and keeps count: a property for which too few
 * draws count proves nothing and fails.
 */
record Draws(RandomNetwork network) {

  private static final String ALL = "draws";
  private static final String TRAITS = "traits";

  /** Does what only DL4J has a part in. */
  <T> T ifStockCan(Callable<T> stock) {
    try {
      return stock.call();
    } catch (Exception e) {
      // What failed may have left a workspace open, and the next network would be born in it.
      Nd4j.getMemoryManager().setCurrentWorkspace(null);
      Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
      ifStock(false);
      throw new IllegalStateException("left out before", e);
    }
  }

  /** Leaves the draw out unless it works in DL4J. */
  void ifStock(boolean works) {
    if (!works) {
      Statistics.label(ALL).collect(false);
    }
    Assume.that(works);
  }

  /** Counts a draw that went through, and asks that so many of a hundred do. */
  void count(double percent) {
    Statistics.label(ALL).collect(true);
    Statistics.label(ALL)
        .coverage(coverage -> coverage.check(true).percentage(share -> share >= percent));
  }

  /** Counts as one of random draws, among which nothing that matters may be missing. */
  void countAsRandom() {
    count(60);
    network.traits().forEach(trait -> Statistics.label(TRAITS).collect(trait));
    Statistics.label(TRAITS)
        .coverage(
            coverage ->
                everyTrait().forEach(trait -> coverage.check(trait).count(times -> times > 0)));
  }

  private static List<Object> everyTrait() {
    return Stream.of(
            Input.values(),
            Ending.values(),
            UpdaterKind.values(),
            GradientNormalization.values(),
            new DataType[] {DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16},
            new String[] {"graph", "layers", "frozen", "mean", "sum"})
        .<Object>flatMap(Stream::of)
        .toList();
  }
}
