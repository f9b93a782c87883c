package io.github.dl4jclipping.internal.check;

/** Checks numbers that users pass in. A message names the argument, the bound and the value. */
public final class Bounds {

  private Bounds() {}

  /** Returns a number after checking that it is finite and greater than 0. */
  public static double positive(String name, double value) {
    if (!(value > 0) || !Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " must be finite and > 0, but was " + value);
    }
    return value;
  }

  /** Returns a number after checking that it is greater than 0; it may be infinite. */
  public static double positiveOrInfinite(String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(name + " must be > 0, but was " + value);
    }
    return value;
  }

  /**
   * Returns a number after checking that it is greater than {@code low} and less than {@code high}.
   */
  public static double between(String name, double value, double low, double high) {
    if (!(value > low && value < high)) {
      throw new IllegalArgumentException(
          name + " must be > " + low + " and < " + high + ", but was " + value);
    }
    return value;
  }

  /** Returns a number of steps after checking that it is at least 0. */
  public static int steps(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must be >= 0, but was " + value);
    }
    return value;
  }
}
