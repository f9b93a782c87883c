package io.github.dl4jclipping.forensics;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * Tells of one step whose gradient was not finite.
 *
 * @param iteration DL4J's iteration counter, from 0; -1 where there is none
 * @param epoch DL4J's epoch counter, from 0; -1 where there is none
 * @param score the network's score at this step
 * @param parameters the parameters whose gradient is not finite, in the network's order
 */
public record NonFiniteReport(
    int iteration, int epoch, double score, List<NonFiniteParameter> parameters)
    implements Serializable {

  /** Lines of the table that are written out. */
  private static final int MAX_ROWS = 20;

  /** Copies the list. */
  public NonFiniteReport {
    parameters = List.copyOf(parameters);
  }

  /** Returns the report for a person: one line of verdict, then a short table. */
  public String describe() {
    if (parameters.isEmpty()) {
      return "Norm beyond the range of a double: every element is finite";
    }
    StringBuilder text = new StringBuilder("Non-finite gradient");
    if (iteration >= 0) {
      text.append(" at iteration ").append(iteration);
      text.append(", epoch ").append(epoch).append(", score ").append(score);
    }
    text.append(": ");
    text.append(total()).append(total() == 1 ? " element" : " elements").append(" in ");
    text.append(parameters.size());
    text.append(parameters.size() == 1 ? " parameter" : " parameters");
    text.append(String.format(Locale.ROOT, "%n  %-24s %12s %12s %12s %12s", COLUMNS));
    for (NonFiniteParameter row : parameters.subList(0, Math.min(MAX_ROWS, parameters.size()))) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n  %-24s %12d %12d %12d %12d",
              row.name(),
              row.elements(),
              row.nan(),
              row.positiveInfinity(),
              row.negativeInfinity()));
    }
    if (parameters.size() > MAX_ROWS) {
      text.append(String.format(Locale.ROOT, "%n  and %d more", parameters.size() - MAX_ROWS));
    }
    return text.toString();
  }

  private static final Object[] COLUMNS = {"parameter", "elements", "NaN", "+Inf", "-Inf"};

  private long total() {
    return parameters.stream()
        .mapToLong(p -> p.nan() + p.positiveInfinity() + p.negativeInfinity())
        .sum();
  }
}
