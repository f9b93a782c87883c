package io.github.dl4jclipping.internal.report;

import io.github.dl4jclipping.report.ClipReport;

/**
 * Looks at the steps of one network for what should worry whoever trains it, and has the log say
 * so. Costs next to nothing a step. Not thread-safe: belongs to the thread that trains the network.
 */
public final class GradientAlarms {

  private final VanishingAlarm vanishing = new VanishingAlarm();
  private final ConstantClippingAlarm clipping = new ConstantClippingAlarm();

  /** Takes a step in. */
  public void add(ClipReport report, AlarmSettings settings) {
    if (!report.outcome().isMeasured()) {
      return;
    }
    vanishing.add(report, settings.vanishingNorm(), settings.vanishingSteps());
    clipping.add(report, settings.clippedShare(), settings.clippedSteps());
  }
}
