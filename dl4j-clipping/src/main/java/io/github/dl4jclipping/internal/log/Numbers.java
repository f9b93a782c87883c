package io.github.dl4jclipping.internal.log;

import java.util.Locale;

/** Formats numbers for people. */
public final class Numbers {

  private Numbers() {}

  /** The text for a missing number. */
  public static final String NONE = "n/a";

  /** Returns a number with six significant digits. */
  public static String format(double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.6g", value)
        : String.valueOf(value);
  }

  /** Returns a number with six significant digits, or {@link #NONE} if it is non-finite. */
  public static String formatIfFinite(double value) {
    return Double.isFinite(value) ? format(value) : NONE;
  }
}
