package io.github.dl4jclipping;

import io.github.dl4jclipping.forensics.NonFiniteReport;
import org.deeplearning4j.exception.DL4JException;

/**
 * Reports a gradient with a NaN or an infinity. A step throws it if the policy is to raise.
 *
 * <p>Nothing of the step was applied: the network is as it was before the step and can continue
 * training.
 */
public class NonFiniteGradientException extends DL4JException {

  private static final long serialVersionUID = 1L;

  private final NonFiniteReport report;

  /**
   * Creates the exception.
   *
   * @param advice one line: what was done, and what the user can do
   * @param report the report on the gradient
   */
  public NonFiniteGradientException(String advice, NonFiniteReport report) {
    super(report.describe() + System.lineSeparator() + advice);
    this.report = report;
  }

  /** Returns the report on the gradient. */
  public NonFiniteReport report() {
    return report;
  }
}
