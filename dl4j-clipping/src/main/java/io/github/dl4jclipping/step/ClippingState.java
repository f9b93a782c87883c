package io.github.dl4jclipping.step;

import io.github.dl4jclipping.LossScaling;
import io.github.dl4jclipping.forensics.NormHistory;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.GradientAlarms;
import io.github.dl4jclipping.report.ReportWindow;
import io.github.dl4jclipping.scaling.LossScale;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import io.github.dl4jclipping.scaling.MasterWeights;
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
 * <p>Belongs to the thread that trains the network; the last report may be read by any. Whoever
 * changes what is saved of it, or saves it, holds its lock. Must never refer to the network, which
 * it would keep alive.
 */
public final class ClippingState {

  private static final ConcurrentMap<Model, ClippingState> BY_NETWORK =
      new MapMaker().weakKeys().makeMap(); // weak keys are compared by identity

  private final ReportWindow window = new ReportWindow();
  private final GradientAlarms alarms = new GradientAlarms();
  private final NormHistory history = new NormHistory();
  private final Set<String> warned = new HashSet<>();
  private final Histories histories = new Histories();
  private @Nullable LossScale lossScale;
  private @Nullable LossScaleStatus lossScaleToTakeUp;
  private @Nullable MasterWeights master;
  private boolean stepExpected;
  private boolean hadStep;
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

  /** Returns once whether a step that was expected of a network did not run. */
  static boolean missesStep(Model network) {
    ClippingState state = BY_NETWORK.get(network);
    if (state == null || !state.stepExpected) {
      return false;
    }
    state.stepExpected = false;
    return true;
  }

  /** Returns whether no step was ever put into a network. */
  static boolean neverHadStep(Model network) {
    ClippingState state = BY_NETWORK.get(network);
    return state == null || !state.hadStep;
  }

  /** Forgets a network, except that it had a step. */
  static void forget(Model network) {
    ClippingState fresh = new ClippingState();
    fresh.hadStep = true;
    BY_NETWORK.replace(network, fresh);
  }

  /** Notes that a step is put into the network. */
  void hasStep() {
    hadStep = true;
  }

  /** Returns what the rule has learned. */
  Histories histories() {
    return histories;
  }

  /** Returns the loss scale for some settings: the one in use, what was saved, or a fresh one. */
  LossScale lossScale(LossScaling settings) {
    if (lossScale != null && lossScale.settings().equals(settings)) {
      return lossScale;
    }
    return lossScaleToTakeUp == null
        ? new LossScale(settings)
        : new LossScale(settings, lossScaleToTakeUp);
  }

  /** Puts a loss scale and master weights to use, or none. */
  void use(@Nullable LossScale scale, @Nullable MasterWeights weights) {
    lossScale = scale;
    lossScaleToTakeUp = null;
    master = weights;
  }

  /** Returns where the loss scale stands; null where there is none. */
  @Nullable LossScaleStatus lossScale() {
    return lossScale == null ? lossScaleToTakeUp : lossScale.status();
  }

  /**
   * Takes up what was saved of mixed precision: now, where it is at work, otherwise once it is.
   *
   * @throws IllegalStateException if a loss scale was saved and the settings at work have none
   */
  void takeUp(@Nullable LossScaleStatus savedScale, @Nullable MasterWeights savedMaster) {
    if (lossScale == null) {
      lossScaleToTakeUp = savedScale;
      master = savedMaster;
      return;
    }
    if (savedScale != null) {
      lossScale.takeUp(savedScale);
    }
    if (master != null && savedMaster != null) {
      master.takeUp(savedMaster);
    }
  }

  /**
   * Checks that a loss scale that was saved has settings to go with.
   *
   * @throws IllegalStateException if there is one to take up
   */
  void requireNoLossScale() {
    requireLossScalingFor(lossScaleToTakeUp);
  }

  /**
   * Checks that a loss scale can be taken up where clipping is at work.
   *
   * @throws IllegalStateException if its settings have no loss scaling
   */
  void requireLossScalingFor(@Nullable LossScaleStatus saved) {
    if (saved != null && lossScale == null) {
      throw new IllegalStateException(
          "The restored state belongs to a network with loss scaling (last loss scale "
              + saved.scale()
              + "), but these settings have no lossScaling. Nothing has changed. Add"
              + " lossScaling, or call GradientClipping.detachFrom(network), which drops what was"
              + " read.");
    }
  }

  @Nullable MasterWeights master() {
    return master;
  }

  /** Sets whether DL4J is about to run a step. */
  void expectStep(boolean expected) {
    stepExpected = expected;
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
