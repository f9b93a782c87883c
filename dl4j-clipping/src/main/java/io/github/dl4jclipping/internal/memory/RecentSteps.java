package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.forensics.HistoryPoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Keeps the last steps of one network. Only the thread that trains the network may use it. */
public final class RecentSteps {

  /** The number of steps that are kept. */
  public static final int LENGTH = 20;

  private final Deque<HistoryPoint> points = new ArrayDeque<>(LENGTH + 1);

  /** Adds a step, and drops the oldest one if there are too many. */
  public void add(int iteration, double score, double norm) {
    points.addLast(new HistoryPoint(iteration, score, norm));
    if (points.size() > LENGTH) {
      points.removeFirst();
    }
  }

  /** Returns the steps, oldest first. */
  public List<HistoryPoint> points() {
    return List.copyOf(points);
  }
}
