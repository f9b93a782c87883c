package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.benchmarks.statistics.Median;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Holds one number for each round. */
final class Samples {

  private final List<Long> values = new ArrayList<>();

  void add(long value) {
    values.add(value);
  }

  void clear() {
    values.clear();
  }

  Median median() {
    return Median.of(values.stream().mapToDouble(Long::doubleValue).toArray());
  }

  /** Returns the median of the ratios to the other's number of the same round. */
  Median ratioTo(Samples other) {
    return Median.of(
        IntStream.range(0, values.size())
            .mapToDouble(i -> values.get(i).doubleValue() / other.values.get(i))
            .toArray());
  }

  /** Returns the median of the differences from the other's number of the same round. */
  Median beyond(Samples other) {
    return Median.of(
        IntStream.range(0, values.size())
            .mapToDouble(i -> values.get(i).doubleValue() - other.values.get(i))
            .toArray());
  }
}
