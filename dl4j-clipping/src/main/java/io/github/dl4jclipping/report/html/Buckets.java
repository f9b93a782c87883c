package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.report.ClipReport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/**
 * Holds any number of steps in a bounded number of buckets, in order. Each bucket takes the same
 * number of steps, 1 at first; when they are all full, neighbours are merged and it doubles.
 */
final class Buckets<B extends Buckets.Bucket<B>> {

  /** What becomes of the steps of one bucket. */
  interface Bucket<B> {
    void add(ClipReport report);

    /** Takes in the bucket that follows. */
    void merge(B next);
  }

  private final Supplier<B> create;
  private final List<B> buckets = new ArrayList<>();
  private int capacity;
  private int width = 1;
  private int stepsInLast;

  Buckets(int capacity, Supplier<B> create) {
    this.capacity = capacity;
    this.create = create;
  }

  void add(ClipReport report) {
    if (buckets.isEmpty() || stepsInLast == width) {
      open();
    }
    buckets.get(buckets.size() - 1).add(report);
    stepsInLast++;
  }

  private void open() {
    if (buckets.size() >= capacity) {
      halve();
    }
    // Halving an odd number of buckets leaves a last one that is not full.
    if (buckets.isEmpty() || stepsInLast == width) {
      buckets.add(create.get());
      stepsInLast = 0;
    }
  }

  private void halve() {
    int half = (buckets.size() + 1) / 2;
    for (int i = 0; i < half; i++) {
      B merged = buckets.get(2 * i);
      if (2 * i + 1 < buckets.size()) {
        merged.merge(buckets.get(2 * i + 1));
      }
      buckets.set(i, merged);
    }
    stepsInLast = buckets.size() % 2 == 1 ? stepsInLast : stepsInLast + width;
    buckets.subList(half, buckets.size()).clear();
    width *= 2;
  }

  /** Makes do with fewer buckets. */
  void shrinkTo(int fewer) {
    capacity = Math.min(capacity, fewer);
    while (buckets.size() > capacity) {
      halve();
    }
  }

  /** Returns how many steps a bucket takes; the last one may hold fewer. */
  int width() {
    return width;
  }

  List<B> all() {
    return Collections.unmodifiableList(buckets);
  }
}
