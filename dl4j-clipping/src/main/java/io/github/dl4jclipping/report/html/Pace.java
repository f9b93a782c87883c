package io.github.dl4jclipping.report.html;

import java.util.function.LongSupplier;

/** Decides when to write, so that writing takes no more than about a hundredth of the time. */
final class Pace {

  private static final long SHORTEST_PAUSE_NANOS = 2_000_000_000L;
  private static final long SHARE = 100;

  private final LongSupplier nanoTime;
  private long started;
  private long ended;

  Pace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
    this.ended = started;
  }

  void start() {
    started = nanoTime.getAsLong();
  }

  void end() {
    ended = nanoTime.getAsLong();
  }

  /** Returns whether there is news enough after an ordinary step. */
  boolean allowsOrdinary() {
    return pause() >= SHORTEST_PAUSE_NANOS && allowsUrgent();
  }

  /** Returns whether the last write is long enough ago for one that should not wait. */
  boolean allowsUrgent() {
    return pause() >= SHARE * (ended - started);
  }

  private long pause() {
    return nanoTime.getAsLong() - ended;
  }
}
