package io.github.dl4jclipping.step;

import io.github.dl4jclipping.forensics.NormHistory;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.GradientAlarms;
import io.github.dl4jclipping.report.ReportWindow;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.guava.collect.MapMaker;

/**
 * What is remembered of one network between steps: DL4J throws updaters away, the network stays.
 *
 * <p>Belongs to the thread that trains the network; the last report may be read by any. Must never
 * refer to the network, which it would keep alive.
 */
public final class ClippingState {

  private static final ConcurrentMap<Model, ClippingState> BY_NETWORK =
      new MapMaker().weakKeys().makeMap(); // weak keys are compared by identity

  private final ReportWindow window = new ReportWindow();
  private final GradientAlarms alarms = new GradientAlarms();
  private final NormHistory history = new NormHistory();
  private final Set<String> warned = new HashSet<>();
  private final Histories histories = new Histories();
  private int consecutiveSkips;
  private long incidents;
  private volatile @Nullable ClipReport lastReport;

  private ClippingState() {}

  /** Returns a network's state, a fresh one at first. */
  static ClippingState of(Model network) {
    return BY_NETWORK.computeIfAbsent(network, key -> new ClippingState());
  }

  /** Returns what the last step of a network did, if there was one. */
  public static Optional<ClipReport> lastReport(Model network) {
    return Optional.ofNullable(BY_NETWORK.get(network)).map(state -> state.lastReport);
  }

  /** Forgets a network. */
  static void forget(Model network) {
    BY_NETWORK.remove(network);
  }

  /** Returns what the rule has learned. */
  Histories histories() {
    return histories;
  }

  /** Counts a non-finite step and returns how many there have been. */
  long countIncident() {
    return ++incidents;
  }

  /** Counts a skip and returns how many there have been in a row. */
  int countSkip() {
    return ++consecutiveSkips;
  }

  /** Ends a row of skips. */
  void endSkips() {
    consecutiveSkips = 0;
  }

  /** Returns true the first time that it is asked for a topic. */
  boolean isNew(String topic) {
    return warned.add(topic);
  }

  ReportWindow window() {
    return window;
  }

  GradientAlarms alarms() {
    return alarms;
  }

  NormHistory history() {
    return history;
  }

  void lastReport(ClipReport report) {
    lastReport = report;
  }
}
