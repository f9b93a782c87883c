package io.github.dl4jclipping.internal.norm;

import java.util.List;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveAction;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Supplier;

/**
 * Goes over stretches of arrays, on several threads of the common pool where there is enough to do.
 *
 * <p>How stretches are cut depends on their lengths alone, and what the pieces give is put together
 * in their order: the same stretches give the same result, whoever else is busy.
 */
final class Pieces {

  /** Size of pieces that memory is too slow for: a second thread helps little, and late. */
  static final long BOUND_BY_MEMORY = 1L << 22;

  /** Size of pieces on which the processor spends about a cycle for each element. */
  static final long BOUND_BY_BOTH = 1L << 20;

  /** Size of pieces on which the processor spends a few of its cycles for each element. */
  static final long BOUND_BY_PROCESSOR = 1L << 18;

  /** Size of pieces on which it spends many. */
  static final long SLOW = 1L << 16;

  private final List<Stretch> stretches;
  private final double[] results;
  private final Supplier<Walker> walkers;
  private final DoubleBinaryOperator merge;
  private final long size;

  private Pieces(
      List<Stretch> stretches,
      double[] results,
      Supplier<Walker> walkers,
      DoubleBinaryOperator merge,
      long size) {
    this.stretches = stretches;
    this.results = results;
    this.walkers = walkers;
    this.merge = merge;
    this.size = size;
  }

  /** Goes over one piece after the other, on one thread. */
  @FunctionalInterface
  interface Walker {
    /**
     * Returns the result of the elements {@code from} to {@code to}, the latter not included, of
     * the stretch's array.
     */
    double walk(Stretch stretch, long from, long to);
  }

  /**
   * Goes over all elements of all stretches.
   *
   * @param results where each stretch's result is put; 0 for an empty one
   * @param walkers makes a walker for each thread
   * @param merge puts the results of one stretch's pieces together
   * @param size elements that one thread takes at a time at most; one thread takes twice as many
   */
  static void walk(
      List<Stretch> stretches,
      double[] results,
      Supplier<Walker> walkers,
      DoubleBinaryOperator merge,
      long size) {
    Pieces pieces = new Pieces(stretches, results, walkers, merge, size);
    if (pieces.length(0, stretches.size()) < 2 * size) {
      pieces.walk(0, stretches.size());
    } else {
      pieces.new Several(0, stretches.size()).invoke();
    }
  }

  private long length(int from, int to) {
    long length = 0;
    for (int i = from; i < to; i++) {
      length += stretches.get(i).length();
    }
    return length;
  }

  private void walk(int from, int to) {
    Walker walker = walkers.get();
    for (int i = from; i < to; i++) {
      Stretch stretch = stretches.get(i);
      results[i] = stretch.length() == 0 ? 0 : walker.walk(stretch, stretch.from(), stretch.to());
    }
  }

  /** Several stretches: halved until what is left is small, or is one stretch. */
  @SuppressWarnings("serial") // never written
  private final class Several extends RecursiveAction {

    private final int from;
    private final int to;

    Several(int from, int to) {
      this.from = from;
      this.to = to;
    }

    @Override
    protected void compute() {
      if (length(from, to) <= size) {
        walk(from, to);
      } else if (to - from == 1) {
        Stretch stretch = stretches.get(from);
        One whole = new One(stretch, stretch.from(), stretch.to());
        whole.compute();
        results[from] = whole.result;
      } else {
        int middle = (from + to) >>> 1;
        ForkJoinTask.invokeAll(new Several(from, middle), new Several(middle, to));
      }
    }
  }

  /** One stretch: halved until it is small. */
  @SuppressWarnings("serial") // never written
  private final class One extends RecursiveAction {

    private final Stretch stretch;
    private final long from;
    private final long to;
    private double result;

    One(Stretch stretch, long from, long to) {
      this.stretch = stretch;
      this.from = from;
      this.to = to;
    }

    @Override
    protected void compute() {
      if (to - from <= size) {
        result = walkers.get().walk(stretch, from, to);
      } else {
        long middle = (from + to) >>> 1;
        One left = new One(stretch, from, middle);
        One right = new One(stretch, middle, to);
        ForkJoinTask.invokeAll(left, right);
        result = merge.applyAsDouble(left.result, right.result);
      }
    }
  }
}
