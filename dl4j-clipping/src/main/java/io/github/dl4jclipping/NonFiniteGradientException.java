package io.github.dl4jclipping;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import org.deeplearning4j.exception.DL4JException;

/**
 * Thrown when a gradient holds a NaN or an infinity and the policy says so.
 *
 * <p>Nothing of the step has been applied: the network is as before it and can train on.
 */
public class NonFiniteGradientException extends DL4JException {

  private static final long serialVersionUID = 1L;

  private final NonFiniteReport report;

  /**
   * Creates the exception.
   *
   * @param advice what was done and what can be done, one line
   * @param report what was found
   */
  public NonFiniteGradientException(String advice, NonFiniteReport report) {
    super(report.describe() + System.lineSeparator() + advice);
    this.report = report;
  }

  /** Returns what was found. */
  public NonFiniteReport report() {
    return report;
  }
}
