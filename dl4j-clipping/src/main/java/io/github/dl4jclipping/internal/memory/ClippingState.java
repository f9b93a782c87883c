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
 * Keeps the state of one network between steps. DL4J replaces updaters, but the network stays.
 *
 * <p>Only the thread that trains the network may use it, but any thread may read the last report.
 * Code that saves the state, or changes what is saved, must hold its lock. It must never refer to
 * the network, which would prevent garbage collection.
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

  /** Returns the state of a network, and creates it at the first call. */
  public static ClippingState of(Object network) {
    return BY_NETWORK.computeIfAbsent(network, key -> new ClippingState());
  }

  /** Returns the report of the last step of a network, if there was one. */
  public static Optional<ClipReport> lastReport(Object network) {
    return Optional.ofNullable(BY_NETWORK.get(network)).map(state -> state.lastReport);
  }

  /**
   * Returns whether a step that a network was expected to run did not run; resets the expectation.
   */
  public static boolean missesStep(Object network) {
    ClippingState state = BY_NETWORK.get(network);
    if (state == null || !state.stepExpected) {
      return false;
    }
    state.stepExpected = false;
    return true;
  }

  /** Returns whether no step was ever installed in a network. */
  public static boolean neverHadStep(Object network) {
    ClippingState state = BY_NETWORK.get(network);
    return state == null || !state.hadStep;
  }

  /** Discards the state of a network, but remembers that it had a step. */
  public static void forget(Object network) {
    ClippingState fresh = new ClippingState();
    fresh.hadStep = true;
    BY_NETWORK.replace(network, fresh);
  }

  /** Records that a step is installed in the network. */
  public void hasStep() {
    hadStep = true;
  }

  /** Returns the memory of the rule. */
  public RuleMemory rule() {
    return rule;
  }

  /** Returns the loss scale and master weights, which outlive an updater. */
  public KeptPrecision precision() {
    return precision;
  }

  /** Sets whether the next step is expected to run. */
  public void expectStep(boolean expected) {
    stepExpected = expected;
  }

  /** Counts a non-finite step, and returns the count. */
  public long countIncident() {
    return ++incidents;
  }

  /** Counts a skip, and returns the number of consecutive skips. */
  public int countSkip() {
    return ++consecutiveSkips;
  }

  /** Resets the number of consecutive skips. */
  public void endSkips() {
    consecutiveSkips = 0;
  }

  /** Returns true at the first call for a topic, otherwise false. */
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
