package io.github.dl4jclipping.report;

import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {

  private Numbers() {}

  /** Returns a number with six digits. */
  static String format(double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.6g", value)
        : String.valueOf(value);
  }
}
