package io.github.dl4jclipping.forensics;

import io.github.dl4jclipping.internal.memory.RecentSteps;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * Describes one step with a non-finite gradient, and where the first non-finite value came from.
 *
 * @param iteration DL4J's iteration counter, from 0; -1 if there is none
 * @param epoch DL4J's epoch counter, from 0; -1 if there is none
 * @param score the network's score at this step
 * @param parameters the parameters whose gradient is non-finite, in the network's order
 * @param origin where the first non-finite value was found
 * @param history the previous steps, oldest first, at most {@value RecentSteps#LENGTH}
 */
public record NonFiniteReport(
    int iteration,
    int epoch,
    double score,
    List<NonFiniteParameter> parameters,
    Origin origin,
    List<HistoryPoint> history)
    implements Serializable {

  /** The largest number of lines in the table. */
  private static final int MAX_ROWS = 10;

  private static final Object[] COLUMNS = {"parameter", "elements", "NaN", "+Inf", "-Inf"};

  /** Copies the lists. */
  public NonFiniteReport {
    parameters = List.copyOf(parameters);
    history = List.copyOf(history);
  }

  /** Creates a report with an unknown origin and no history. */
  public NonFiniteReport(
      int iteration, int epoch, double score, List<NonFiniteParameter> parameters) {
    this(iteration, epoch, score, parameters, Origin.unknown(), List.of());
  }

  /**
   * Returns the report as text for people: one line with the verdict, then a short table, then the
   * trend of the norms before, then notes on how the origin was found and what could not be
   * determined.
   */
  public String describe() {
    if (parameters.isEmpty()) {
      return "The norm is beyond the range of a double, but every element is finite.";
    }
    StringBuilder text = new StringBuilder("Non-finite gradient");
    if (iteration >= 0) {
      text.append(" at iteration ").append(iteration);
      text.append(", epoch ").append(epoch).append(", score ").append(score);
    }
    text.append(": ").append(origin.kind() == OriginKind.UNKNOWN ? totals() : verdict());
    if (origin.kind() != OriginKind.UNKNOWN) {
      text.append(String.format(Locale.ROOT, "%n  gradient: %s", totals()));
    }
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
    if (!history.isEmpty()) {
      text.append(String.format(Locale.ROOT, "%n%s", NormTrend.of(history).describe()));
    }
    origin.notes().forEach(note -> text.append(String.format(Locale.ROOT, "%nNote: %s.", note)));
    return text.toString();
  }

  /**
   * Returns the origin as text for people: one clause, or an empty string if the origin is unknown.
   */
  public String verdict() {
    return OriginText.verdict(origin);
  }

  /** Returns what the user can do, as text for people. */
  public String remedy() {
    return Remedy.of(origin, NormTrend.of(history));
  }

  private String totals() {
    long total = total();
    return total
        + (total == 1 ? " element" : " elements")
        + " in "
        + parameters.size()
        + (parameters.size() == 1 ? " parameter" : " parameters");
  }

  private long total() {
    return parameters.stream()
        .mapToLong(p -> p.nan() + p.positiveInfinity() + p.negativeInfinity())
        .sum();
  }
}
