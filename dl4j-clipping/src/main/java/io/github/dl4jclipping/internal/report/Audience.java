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
 * Receives the reports for one listener: passes them to its observers, and decides when the log
 * gets a line.
 *
 * <p>Thread-safe. One audience may serve several networks at once; each observer is called by one
 * thread at a time.
 */
public final class Audience implements Serializable {

  /** The default number of iterations between two log lines. */
  public static final int DEFAULT_LOG_EVERY = 100;

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private final List<ClipObserver> observers = new ArrayList<>();
  private int logEvery = DEFAULT_LOG_EVERY;
  private AlarmSettings alarms = AlarmSettings.DEFAULT;

  /**
   * Sets the number of iterations between two log lines; 0 turns them off.
   *
   * @throws IllegalArgumentException if {@code iterations < 0}
   */
  public synchronized void logEvery(int iterations) {
    logEvery = Bounds.steps("logEvery", iterations);
  }

  /**
   * Sets when the log warns of vanishing gradients.
   *
   * @throws IllegalArgumentException if {@code norm} is not finite, or if either argument is less
   *     than 0
   */
  public synchronized void warnWhenVanishing(double norm, int steps) {
    alarms = alarms.withVanishing(norm, steps);
  }

  /**
   * Sets when the log warns of a bound that clips almost every step.
   *
   * @throws IllegalArgumentException if {@code share} is not at least 0 and less than 1, or if
   *     {@code steps} is not from 0 to {@link AlarmSettings#MAX_CLIPPED_STEPS}
   */
  public synchronized void warnWhenAlmostAlwaysClipping(double share, int steps) {
    alarms = alarms.withClipping(share, steps);
  }

  /** Returns the settings that define when the log warns. */
  public synchronized AlarmSettings alarms() {
    return alarms;
  }

  /** Adds an observer, unless it was added before. */
  public synchronized void add(ClipObserver observer) {
    Objects.requireNonNull(observer, "observer must not be null");
    if (!knows(observer)) {
      observers.add(observer);
    }
  }

  /** Returns whether an observer needs the norm of each parameter. */
  public synchronized boolean wantsParameterNorms() {
    return !observers.isEmpty();
  }

  /** Returns whether any observer wants the ratios of updates. */
  public boolean wantsUpdateRatios() {
    boolean[] wanted = new boolean[1];
    tell(observer -> wanted[0] |= observer.wantsUpdateRatios());
    return wanted[0];
  }

  /** Returns whether a log line is due at an iteration. */
  public synchronized boolean wantsLine(int iteration) {
    return logEvery > 0 && iteration % logEvery == 0;
  }

  /** Calls each observer in turn, and drops an observer that throws. */
  public void tell(Consumer<ClipObserver> event) {
    for (ClipObserver observer : observers()) {
      // Locks the observer, because another listener may call it, too.
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
          "Observer {} threw an exception and is not called again. Training continues.",
          describe(observer),
          e);
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
