package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.report.ClipReport;

/**
 * Detects problems in the steps of one network and logs warnings. The cost per step is negligible.
 * Not thread-safe: only the thread that trains the network may use it.
 */
public final class GradientAlarms {

  private final VanishingAlarm vanishing = new VanishingAlarm();
  private final ConstantClippingAlarm clipping = new ConstantClippingAlarm();

  /** Adds a step. */
  public void add(ClipReport report, AlarmSettings settings) {
    if (!report.outcome().isMeasured()) {
      return;
    }
    vanishing.add(report, settings.vanishingNorm(), settings.vanishingSteps());
    clipping.add(report, settings.clippedShare(), settings.clippedSteps());
  }
}
