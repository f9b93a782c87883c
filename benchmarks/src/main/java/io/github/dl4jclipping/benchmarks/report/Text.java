package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.statistics.Median;
import java.util.Locale;

/** Formats numbers. */
final class Text {

  private Text() {}

  /** Returns, for example, {@code "12.3 µs ±4 %"}, with the wider half of the interval. */
  static String time(Median nanos) {
    double half = Math.max(nanos.high() - nanos.value(), nanos.value() - nanos.low());
    return time(nanos.value())
        + String.format(Locale.ROOT, " ±%.0f %%", 100 * half / nanos.value());
  }

  static String time(double nanos) {
    if (nanos < 1e3) {
      return digits(nanos) + " ns";
    }
    return nanos < 1e6 ? digits(nanos / 1e3) + " µs" : digits(nanos / 1e6) + " ms";
  }

  /** Returns, for example, {@code "1.012 (1.003 to 1.020)"}. */
  static String ratio(Median ratio) {
    return String.format(
        Locale.ROOT, "%.3f (%.3f to %.3f)", ratio.value(), ratio.low(), ratio.high());
  }

  /** Returns a number with three digits. */
  static String digits(double value) {
    if (value >= 100) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
  }

  /**
   * Returns, for example, {@code "300 x 4,000"}, then the type if it is not FLOAT and the norm if
   * it is not L2.
   */
  static String workload(Workload workload) {
    String shape = String.format(Locale.ROOT, "%,d", workload.length());
    if (workload.arrays() > 1) {
      shape = String.format(Locale.ROOT, "%,d x %s", workload.arrays(), shape);
    }
    Workload plain = Workload.of(workload.arrays(), workload.length());
    String type = workload.type() == plain.type() ? "" : ", " + workload.type();
    return shape + type + (workload.order() == plain.order() ? "" : ", " + norm(workload.order()));
  }

  private static String norm(double order) {
    if (Double.isInfinite(order)) {
      return "INF";
    }
    return order == 1 ? "L1" : String.format(Locale.ROOT, "p=%.0f", order);
  }
}
