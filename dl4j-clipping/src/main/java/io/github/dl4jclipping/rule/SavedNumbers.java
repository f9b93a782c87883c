package io.github.dl4jclipping.rule;

import java.util.Arrays;
import java.util.Map;

/** Reads the numbers of a saved history. */
final class SavedNumbers {

  private SavedNumbers() {}

  /** Returns the numbers of a name. */
  static double[] of(Map<String, double[]> saved, String name) {
    double[] numbers = saved.get(name);
    if (numbers == null) {
      throw new IllegalArgumentException(
          "a saved history must have \"" + name + "\", but has " + saved.keySet());
    }
    return numbers.clone();
  }

  /** Returns as many numbers of a name, none of them less than a bound. */
  static double[] of(Map<String, double[]> saved, String name, int count, double least) {
    double[] numbers = of(saved, name);
    if (numbers.length != count || !Arrays.stream(numbers).allMatch(x -> x >= least)) {
      throw new IllegalArgumentException(
          "a saved history must have "
              + count
              + " numbers >= "
              + least
              + " as \""
              + name
              + "\", but has "
              + Arrays.toString(numbers));
    }
    return numbers;
  }
}
