package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.internal.report.GradientAlarms;
import io.github.dl4jclipping.internal.report.ReportWindow;
import io.github.dl4jclipping.report.ClipReport;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.guava.collect.MapMaker;

/**
 * What is remembered of one network between steps: DL4J throws updaters away, the network stays.
 *
 * <p>Belongs to the thread that trains the network; the last report may be read by any. Whoever
 * changes what is saved of it, or saves it, holds its lock. Must never refer to the network, which
 * it would keep alive.
 */
public final class ClippingState {

  private static final ConcurrentMap<Object, ClippingState> BY_NETWORK =
      new MapMaker().weakKeys().makeMap(); // weak keys are compared by identity

  private final ReportWindow window = new ReportWindow();
  private final GradientAlarms alarms = new GradientAlarms();
  private final RecentSteps recentSteps = new RecentSteps();
  private final Set<String> warned = new HashSet<>();
  private final RuleMemory rule = new RuleMemory();
  private final KeptPrecision precision = new KeptPrecision();
  private boolean stepExpected;
  private boolean hadStep;
  private int consecutiveSkips;
  private long incidents;
  private volatile @Nullable ClipReport lastReport;

  private ClippingState() {}

  /** Returns a network's state, a fresh one at first. */
  public static ClippingState of(Object network) {
    return BY_NETWORK.computeIfAbsent(network, key -> new ClippingState());
  }

  /** Returns what the last step of a network did, if there was one. */
  public static Optional<ClipReport> lastReport(Object network) {
    return Optional.ofNullable(BY_NETWORK.get(network)).map(state -> state.lastReport);
  }

  /** Returns once whether a step that was expected of a network did not run. */
  public static boolean missesStep(Object network) {
    ClippingState state = BY_NETWORK.get(network);
    if (state == null || !state.stepExpected) {
      return false;
    }
    state.stepExpected = false;
    return true;
  }

  /** Returns whether no step was ever put into a network. */
  public static boolean neverHadStep(Object network) {
    ClippingState state = BY_NETWORK.get(network);
    return state == null || !state.hadStep;
  }

  /** Forgets a network, except that it had a step. */
  public static void forget(Object network) {
    ClippingState fresh = new ClippingState();
    fresh.hadStep = true;
    BY_NETWORK.replace(network, fresh);
  }

  /** Notes that a step is put into the network. */
  public void hasStep() {
    hadStep = true;
  }

  /** Returns what the rule has learned. */
  public RuleMemory rule() {
    return rule;
  }

  /** Returns what outlives an updater of its loss scale and master weights. */
  public KeptPrecision precision() {
    return precision;
  }

  /** Sets whether DL4J is about to run a step. */
  public void expectStep(boolean expected) {
    stepExpected = expected;
  }

  /** Counts a non-finite step and returns how many there have been. */
  public long countIncident() {
    return ++incidents;
  }

  /** Counts a skip and returns how many there have been in a row. */
  public int countSkip() {
    return ++consecutiveSkips;
  }

  /** Ends a row of skips. */
  public void endSkips() {
    consecutiveSkips = 0;
  }

  /** Returns true the first time that it is asked for a topic. */
  public boolean isNew(String topic) {
    return warned.add(topic);
  }

  public ReportWindow window() {
    return window;
  }

  public GradientAlarms alarms() {
    return alarms;
  }

  public RecentSteps recentSteps() {
    return recentSteps;
  }

  /** Keeps the report of the last step. */
  public void keep(ClipReport report) {
    lastReport = report;
  }
}
