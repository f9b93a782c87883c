package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import io.github.dl4jclipping.report.StepOutcome;
import org.jspecify.annotations.Nullable;

/**
 * A step whose gradient was not finite.
 *
 * @param number how many there had been, this one included
 * @param text the report for a person
 * @param outcome what became of the step, null until that is known
 */
record Incident(long number, NonFiniteReport report, String text, @Nullable StepOutcome outcome) {

  private static final int MAX_TEXT = 10_000;

  static Incident of(long number, NonFiniteReport report) {
    String text = report.describe();
    return new Incident(
        number,
        report,
        text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + " ..." : text,
        null);
  }

  Incident with(StepOutcome known) {
    return new Incident(number, report, text, known);
  }

  /** Returns the verdict: the first line of the text. */
  String verdict() {
    return text.lines().findFirst().orElse("");
  }
}
