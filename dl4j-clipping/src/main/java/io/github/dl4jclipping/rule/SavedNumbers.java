package io.github.dl4jclipping.rule;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoublePredicate;

/** Reads the numbers of a saved history, which may be damaged. */
final class SavedNumbers {

  /** Up to here every whole number is a double. */
  static final double MOST = 0x1p53;

  private final Map<String, double[]> saved;

  /**
   * Takes a saved history.
   *
   * @throws IllegalArgumentException if it has other names than these
   */
  SavedNumbers(Map<String, double[]> saved, String... names) {
    if (!saved.keySet().equals(Set.of(names))) {
      throw new IllegalArgumentException(
          "a saved history of this rule must have \""
              + String.join("\", \"", names)
              + "\" and nothing else, but has "
              + saved.keySet());
    }
    this.saved = saved;
  }

  /** Returns the numbers of a name, as a copy. */
  double[] get(String name) {
    return Objects.requireNonNull(saved.get(name)).clone();
  }

  /** Returns the numbers of a name, of which there must be so many. */
  double[] get(String name, int count) {
    double[] numbers = get(name);
    require(numbers.length == count, name, "have " + count + " numbers", numbers.length);
    return numbers;
  }

  /** Refuses a number of a name that is not as it must be. */
  static void requireAll(String name, double[] numbers, String bound, DoublePredicate is) {
    for (int i = 0; i < numbers.length; i++) {
      require(is.test(numbers[i]), name + "[" + i + "]", "be " + bound, numbers[i]);
    }
  }

  /** Refuses a saved history. */
  static void require(boolean condition, String name, String bound, Object value) {
    if (!condition) {
      throw new IllegalArgumentException(
          "the saved history is damaged: " + name + " must " + bound + ", but was " + value);
    }
  }

  /** Returns whether a number is finite and greater than 0. */
  static boolean isPositive(double number) {
    return number > 0 && number < Double.POSITIVE_INFINITY;
  }

  /** Returns whether a number counts something: whole, and from 0 to 2^53. */
  static boolean isCount(double number) {
    return number >= 0 && number <= MOST && number == Math.rint(number);
  }
}
