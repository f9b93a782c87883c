package io.github.dl4jclipping.samples;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the report of every step, and what was found in those that were not finite. Not
 * thread-safe: one network, one thread.
 */
final class StepLog implements ClipObserver {

  private static final long serialVersionUID = 1L;

  private final ArrayList<ClipReport> steps = new ArrayList<>();

  private final ArrayList<String> found = new ArrayList<>();

  @Override
  public void onNonFinite(NonFiniteReport report) {
    found.add("iteration " + report.iteration() + ": " + report.verdict());
  }

  @Override
  public void onStep(ClipReport report) {
    steps.add(report);
  }

  /** Returns the steps so far. */
  List<ClipReport> steps() {
    return List.copyOf(steps);
  }

  /** Returns where the value was found that broke a step, for each that was not finite. */
  List<String> found() {
    return List.copyOf(found);
  }

  /** Returns whether no step has broken training yet. */
  boolean isSane() {
    return steps.stream().allMatch(RunResult::isSane);
  }
}
