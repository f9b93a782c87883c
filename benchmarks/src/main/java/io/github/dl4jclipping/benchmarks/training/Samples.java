package io.github.dl4jclipping.benchmarks.training;

import io.github.dl4jclipping.benchmarks.statistics.Median;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** One number of each round. */
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

  /**
   * Returns what one number in ten is below: what a machine that others share takes at its best.
   */
  double lowDecile() {
    long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted[sorted.length / 10];
  }

  /** Returns the median of what each round's number is by the other's of the same round. */
  Median ratioTo(Samples other) {
    return Median.of(
        IntStream.range(0, values.size())
            .mapToDouble(i -> values.get(i).doubleValue() / other.values.get(i))
            .toArray());
  }

  /** Returns the median of what each round's number is beyond the other's of the same round. */
  Median beyond(Samples other) {
    return Median.of(
        IntStream.range(0, values.size())
            .mapToDouble(i -> values.get(i).doubleValue() - other.values.get(i))
            .toArray());
  }
}
