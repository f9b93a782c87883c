package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import java.util.ArrayList;
import java.util.List;

/** Keeps the report of every step. Not thread-safe: one network, one thread. */
final class StepLog implements ClipObserver {

  private static final long serialVersionUID = 1L;

  private final ArrayList<ClipReport> steps = new ArrayList<>();

  @Override
  public void onStep(ClipReport report) {
    steps.add(report);
  }

  /** Returns the steps so far. */
  List<ClipReport> steps() {
    return List.copyOf(steps);
  }

  /** Returns whether no step has broken training yet. */
  boolean isSane() {
    return steps.stream().allMatch(RunResult::isSane);
  }
}
