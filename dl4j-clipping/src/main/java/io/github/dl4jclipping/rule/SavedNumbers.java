package io.github.dl4jclipping.rule;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoublePredicate;

/** Reads and checks the numbers of a saved history, which may be damaged. */
final class SavedNumbers {

  /** The largest count: up to here, a double holds every whole number exactly. */
  static final double MOST = 0x1p53;

  private final Map<String, double[]> saved;

  /**
   * Creates a reader of a saved history.
   *
   * @throws IllegalArgumentException if the history does not have exactly these names
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

  /** Returns the numbers of a name, and checks that there are {@code count} of them. */
  double[] get(String name, int count) {
    double[] numbers = get(name);
    require(numbers.length == count, name, "have " + count + " numbers", numbers.length);
    return numbers;
  }

  /** Checks each number of a name. */
  static void requireAll(String name, double[] numbers, String bound, DoublePredicate is) {
    for (int i = 0; i < numbers.length; i++) {
      require(is.test(numbers[i]), name + "[" + i + "]", "be " + bound, numbers[i]);
    }
  }

  /** Checks a condition of a saved history. */
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

  /** Returns whether a number is a whole number from 0 to 2^53. */
  static boolean isCount(double number) {
    return number >= 0 && number <= MOST && number == Math.rint(number);
  }
}
