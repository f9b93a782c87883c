package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.internal.check.Bounds;
import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.report.ClipObserver;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those to whom one listener reports: its observers, and the log every so many iterations.
 *
 * <p>Thread-safe: one audience may listen to several networks at once, and hears them in turn.
 */
public final class Audience implements Serializable {

  /** Iterations between two lines of the log unless said otherwise. */
  public static final int DEFAULT_LOG_EVERY = 100;

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private final List<ClipObserver> observers = new ArrayList<>();
  private int logEvery = DEFAULT_LOG_EVERY;
  private AlarmSettings alarms = AlarmSettings.DEFAULT;

  /**
   * Sets the iterations between two lines of the log; 0 turns them off.
   *
   * @throws IllegalArgumentException if {@code iterations < 0}
   */
  public synchronized void logEvery(int iterations) {
    logEvery = Bounds.steps("logEvery", iterations);
  }

  /**
   * Sets when the log warns of gradients that vanish.
   *
   * @throws IllegalArgumentException if {@code norm} is not finite or either is less than 0
   */
  public synchronized void warnWhenVanishing(double norm, int steps) {
    alarms = alarms.withVanishing(norm, steps);
  }

  /**
   * Sets when the log warns of a bound that almost always clips.
   *
   * @throws IllegalArgumentException if {@code share} is not at least 0 and less than 1, or {@code
   *     steps} not from 0 to {@link AlarmSettings#MAX_CLIPPED_STEPS}
   */
  public synchronized void warnWhenAlmostAlwaysClipping(double share, int steps) {
    alarms = alarms.withClipping(share, steps);
  }

  /** Returns when the log warns. */
  public synchronized AlarmSettings alarms() {
    return alarms;
  }

  /** Adds an observer; one that is there already stays there once. */
  public synchronized void add(ClipObserver observer) {
    Objects.requireNonNull(observer, "observer must not be null");
    if (!knows(observer)) {
      observers.add(observer);
    }
  }

  /** Returns whether anybody wants the norm of each parameter. */
  public synchronized boolean wantsParameterNorms() {
    return !observers.isEmpty();
  }

  /** Returns whether the log is due at an iteration. */
  public synchronized boolean wantsLine(int iteration) {
    return logEvery > 0 && iteration % logEvery == 0;
  }

  /** Calls each observer in turn; drops one that throws. */
  public void tell(Consumer<ClipObserver> event) {
    for (ClipObserver observer : observers()) {
      // Its own lock: it may listen through another listener, too.
      synchronized (observer) {
        if (knows(observer) && fails(observer, event)) {
          drop(observer);
        }
      }
    }
  }

  private synchronized List<ClipObserver> observers() {
    return List.copyOf(observers);
  }

  private synchronized boolean knows(ClipObserver observer) {
    return observers.stream().anyMatch(known -> known == observer);
  }

  private synchronized void drop(ClipObserver observer) {
    observers.removeIf(known -> known == observer);
  }

  @SuppressWarnings("CatchingUnchecked") // an observer's own error must not end training
  private static boolean fails(ClipObserver observer, Consumer<ClipObserver> event) {
    try {
      event.accept(observer);
      return false;
    } catch (Throwable e) {
      log.warn(
          "Observer {} failed and is not called again; training goes on", describe(observer), e);
      return true;
    }
  }

  private synchronized void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject(); // under the lock: another thread may add an observer
  }

  private static String describe(ClipObserver observer) {
    return observer.getClass().getName();
  }

  @Override
  public synchronized String toString() {
    return "logEvery=" + logEvery + ", observers=" + observers.size();
  }
}
