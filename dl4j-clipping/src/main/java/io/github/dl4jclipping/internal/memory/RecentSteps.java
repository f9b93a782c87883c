package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.forensics.HistoryPoint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Keeps the last steps of one network. Belongs to the thread that trains it. */
public final class RecentSteps {

  /** How many steps are kept. */
  public static final int LENGTH = 20;

  private final Deque<HistoryPoint> points = new ArrayDeque<>(LENGTH + 1);

  /** Takes a step in; the oldest one goes. */
  public void add(int iteration, double score, double norm) {
    points.addLast(new HistoryPoint(iteration, score, norm));
    if (points.size() > LENGTH) {
      points.removeFirst();
    }
  }

  /** Returns the steps, the oldest first. */
  public List<HistoryPoint> points() {
    return List.copyOf(points);
  }
}
