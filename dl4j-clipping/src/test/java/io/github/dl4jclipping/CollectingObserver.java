package io.github.dl4jclipping;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import java.util.ArrayList;
import java.util.List;

/** Keeps everything that it is told. */
public final class CollectingObserver implements ClipObserver {

  private static final long serialVersionUID = 1L;

  public final List<ClipReport> steps = new ArrayList<>();
  public final List<NonFiniteReport> nonFinite = new ArrayList<>();
  public final List<Integer> epochs = new ArrayList<>();

  @Override
  public void onStep(ClipReport report) {
    steps.add(report);
  }

  @Override
  public void onNonFinite(NonFiniteReport report) {
    nonFinite.add(report);
  }

  @Override
  public void onEpochEnd(int epoch) {
    epochs.add(epoch);
  }

  public ClipReport last() {
    return steps.get(steps.size() - 1);
  }
}
