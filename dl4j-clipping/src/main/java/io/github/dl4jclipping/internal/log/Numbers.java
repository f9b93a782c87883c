package io.github.dl4jclipping.internal.log;

import java.util.Locale;

/** Numbers as people read them. */
public final class Numbers {

  private Numbers() {}

  /** What is written where there is no such number. */
  public static final String NONE = "n/a";

  /** Returns a number with six digits. */
  public static String format(double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.6g", value)
        : String.valueOf(value);
  }

  /** Returns a number with six digits, or {@link #NONE} for one that is not finite. */
  public static String formatIfFinite(double value) {
    return Double.isFinite(value) ? format(value) : NONE;
  }
}
