package io.github.dl4jclipping.internal.check;

/** Checks numbers that users pass in. A message names the argument, its value and the bound. */
public final class Bounds {

  private Bounds() {}

  /** Returns a number that is finite and greater than 0. */
  public static double positive(String name, double value) {
    if (!(value > 0) || !Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " must be finite and > 0, but was " + value);
    }
    return value;
  }

  /** Returns a number that is greater than 0, and may be infinite. */
  public static double positiveOrInfinite(String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(name + " must be > 0, but was " + value);
    }
    return value;
  }

  /** Returns a number between two others, neither of them included. */
  public static double between(String name, double value, double low, double high) {
    if (!(value > low && value < high)) {
      throw new IllegalArgumentException(
          name + " must be > " + low + " and < " + high + ", but was " + value);
    }
    return value;
  }

  /** Returns a number of steps that is not negative. */
  public static int steps(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must be >= 0, but was " + value);
    }
    return value;
  }
}
