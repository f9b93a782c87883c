package io.github.dl4jclipping.rule;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.mapping.CubicallyInterpolatedMapping;
import com.datadoghq.sketch.ddsketch.store.Bin;
import com.datadoghq.sketch.ddsketch.store.PaginatedStore;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Computes quantiles of any number of norms in bounded memory.
 *
 * <p>Quantiles are exact for up to {@value #EXACT} numbers. Beyond that, a DDSketch holds each
 * number to within 0.1 % of its value; smallest and largest stay exact. The contents depend neither
 * on the order of the numbers, nor on how the numbers were distributed over sketches that were
 * {@linkplain #merge merged}.
 *
 * <p>Reference: Masson, Rim and Lee, <a href="https://arxiv.org/abs/1908.10693">DDSketch: a fast
 * and fully-mergeable quantile sketch with relative-error guarantees</a>, 2019.
 *
 * <p>Not thread-safe.
 */
public final class QuantileSketch implements Serializable {

  /** The largest count of numbers that are stored exactly. */
  public static final int EXACT = 10_000;

  private static final double RELATIVE_ERROR = 0.001;

  /**
   * The largest relative difference between a stored value and the smallest or largest number that
   * it represents.
   */
  private static final double RANGE_ERROR = 1.01 * RELATIVE_ERROR;

  /** The largest count: up to here, a double holds every count exactly. */
  private static final long MOST = 1L << 53;

  private static final long serialVersionUID = 1L;

  /** The numbers in ascending order, up to {@link #size}; empty once there is a sketch. */
  private double[] exact = new double[64];

  private int size;

  /** How many numbers were added; kept here because the sketch would have to count its bins. */
  private long count;

  /** How many of these numbers the sketch holds as 0. */
  private long zeros;

  private double smallest = Double.NaN;
  private double largest = Double.NaN;
  private transient @Nullable DDSketch sketch;

  /** Creates an empty sketch. */
  public QuantileSketch() {}

  /**
   * Creates a sketch from its {@link #state}.
   *
   * @throws IllegalArgumentException if the array is not the state of a sketch
   */
  public static QuantileSketch of(double[] state) {
    if (state.length % 2 == 1 || state.length == 2) {
      throw new IllegalArgumentException(
          "state must have the smallest and the largest number, then pairs of value and count,"
              + " but has "
              + state.length
              + " numbers");
    }
    QuantileSketch sketch = new QuantileSketch();
    for (int i = 2; i < state.length; i += 2) {
      if (i > 2 && !(state[i] > state[i - 2])) {
        throw new IllegalArgumentException(
            "values must be in ascending order, but " + state[i] + " comes after " + state[i - 2]);
      }
      sketch.add(state[i], count(state[i + 1], sketch.count()));
    }
    if (sketch.count() > 0) {
      sketch.smallest = sketch.end("smallest", checked(state[0]), sketch.smallest);
      sketch.largest = sketch.end("largest", checked(state[1]), sketch.largest);
      if (sketch.smallest > sketch.largest) {
        throw new IllegalArgumentException(
            "the smallest number must be <= the largest, "
                + sketch.largest
                + ", but was "
                + sketch.smallest);
      }
    }
    return sketch;
  }

  /** Checks the smallest or largest number against the value that represents it in the state. */
  private double end(String name, double exact, double value) {
    double error =
        sketch == null
            ? 0
            : RANGE_ERROR * exact + 2 * Double.MIN_NORMAL; // 0 may represent up to this
    if (!(Math.abs(exact - value) <= error)) {
      throw new IllegalArgumentException(
          "the "
              + name
              + " number must match the values, whose "
              + name
              + " is "
              + value
              + ", but was "
              + exact);
    }
    return exact;
  }

  /**
   * Returns the contents as an array: the smallest number, the largest number, then pairs of a
   * value and its count, in ascending order of values. The array of an empty sketch is empty.
   */
  public double[] state() {
    if (count() == 0) {
      return new double[0];
    }
    double[] state = new double[2 * size + 2];
    state[0] = smallest;
    state[1] = largest;
    int end = 2;
    for (Iterator<Run> runs = runs(); runs.hasNext(); ) {
      Run run = runs.next();
      if (end + 2 > state.length) {
        state = Arrays.copyOf(state, 2 * state.length);
      }
      state[end++] = run.value;
      state[end++] = run.count;
    }
    return Arrays.copyOf(state, end);
  }

  /**
   * Adds a number.
   *
   * @throws IllegalArgumentException if the number is not finite or less than 0
   */
  public void add(double value) {
    add(value, 1);
  }

  /** Adds all numbers of another sketch. */
  public void merge(QuantileSketch other) {
    double low = smaller(smallest, other.smallest);
    double high = larger(largest, other.largest);
    double[] state = other.state(); // a copy, because the other sketch may be this one
    for (int i = 2; i < state.length; i += 2) {
      add(state[i], (long) state[i + 1]);
    }
    smallest = low;
    largest = high;
  }

  private void add(double value, long times) {
    checked(value);
    smallest = smaller(smallest, value);
    largest = larger(largest, value);
    if (sketch == null && times > EXACT - size) {
      sketch = sketchOfExact();
    }
    if (sketch == null) {
      insert(value, (int) times);
    } else {
      accept(sketch, value, times);
    }
    count += times;
  }

  /** Returns the smaller number; unlike {@link Math#min}, prefers any number to NaN. */
  private static double smaller(double one, double other) {
    return one <= other || Double.isNaN(other) ? one : other;
  }

  private static double larger(double one, double other) {
    return one >= other || Double.isNaN(other) ? one : other;
  }

  private void accept(DDSketch sketch, double value, long times) {
    double most = sketch.getIndexMapping().maxIndexableValue(); // just short of the largest double
    sketch.accept(Math.min(value, most), (double) times);
    zeros += value <= sketch.getIndexMapping().minIndexableValue() ? times : 0;
  }

  private void insert(double value, int times) {
    if (size + times > exact.length) {
      exact = Arrays.copyOf(exact, Math.min(EXACT, Math.max(size + times, 2 * exact.length)));
    }
    int at = firstAbove(value);
    System.arraycopy(exact, at, exact, at + times, size - at);
    Arrays.fill(exact, at, at + times, value);
    size += times;
  }

  /** Returns how many of the exact numbers are at most a value. */
  private int firstAbove(double value) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (exact[middle] <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private DDSketch sketchOfExact() {
    DDSketch created =
        new DDSketch(new CubicallyInterpolatedMapping(RELATIVE_ERROR), PaginatedStore::new);
    for (int i = 0; i < size; i++) {
      accept(created, exact[i], 1);
    }
    exact = new double[0];
    size = 0;
    return created;
  }

  /** Returns how many numbers it was given. */
  public long count() {
    return count;
  }

  /** Returns whether every answer is exact. */
  public boolean isExact() {
    return sketch == null;
  }

  /** Returns the exact smallest number, or NaN if there are no numbers. */
  public double smallest() {
    return smallest;
  }

  /** Returns the exact largest number, or NaN if there are no numbers. */
  public double largest() {
    return largest;
  }

  /**
   * Returns a quantile, or NaN if there are no numbers. Between two numbers it interpolates
   * linearly, as NumPy's {@code percentile} does. The quantile is exact up to {@value #EXACT}
   * numbers, and within 0.1 % beyond.
   *
   * @param q the quantile, from 0 for the smallest number to 1 for the largest
   * @throws IllegalArgumentException if {@code q} is not from 0 to 1
   */
  public double quantile(double q) {
    if (!(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException("q must be from 0 to 1, but was " + q);
    }
    if (count() == 0) {
      return Double.NaN;
    }
    double position = q * (count() - 1);
    long below = (long) position;
    double[] pair = sketch == null ? exactPair((int) below) : sketchPair(below, sketch);
    double found = pair[0] + (position - below) * (pair[1] - pair[0]);
    return q == 1 ? largest : q == 0 ? smallest : Math.min(largest, Math.max(smallest, found));
  }

  /**
   * Returns the number at a rank and the next larger one; the same number twice if there is none.
   */
  private double[] exactPair(int rank) {
    return new double[] {exact[rank], exact[Math.min(rank + 1, size - 1)]};
  }

  /** Does the same for the sketch, and computes values only for the two bins that it needs. */
  private double[] sketchPair(long rank, DDSketch sketch) {
    Iterator<Bin> bins = sketch.getPositiveValueStore().getAscendingIterator();
    @Nullable Bin bin = null; // the zeros
    long upTo = zeros;
    while (upTo <= rank && bins.hasNext()) {
      bin = bins.next();
      upTo += (long) bin.getCount();
    }
    double value = value(bin, sketch);
    boolean hasNext = upTo == rank + 1 && bins.hasNext();
    return new double[] {value, hasNext ? value(bins.next(), sketch) : value};
  }

  private static double value(@Nullable Bin bin, DDSketch sketch) {
    return bin == null ? 0 : sketch.getIndexMapping().value(bin.getIndex());
  }

  /**
   * Returns how many numbers are greater than a bound. Beyond {@value #EXACT} numbers, the bound is
   * met to within 0.1 %.
   */
  public long countAbove(double bound) {
    if (sketch == null) {
      return (long) size - firstAbove(bound);
    }
    if (!(bound < largest)) {
      return 0;
    }
    long above = 0;
    for (Iterator<Run> runs = runs(); runs.hasNext(); ) {
      Run run = runs.next();
      above += run.value > bound ? run.count : 0;
    }
    return bound < smallest ? count() : above;
  }

  /**
   * Returns the share of numbers greater than a bound, from 0 to 1. This is {@code countAbove /
   * count}, or 0.0 when there are no numbers.
   */
  public double shareAbove(double bound) {
    return count() == 0 ? 0.0 : (double) countAbove(bound) / count();
  }

  private record Run(double value, long count) {}

  private Iterator<Run> runs() {
    return sketch == null ? exactRuns() : sketchRuns(sketch);
  }

  private Iterator<Run> exactRuns() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < size;
      }

      @Override
      public Run next() {
        int from = next;
        next = firstAbove(exact[from]);
        return new Run(exact[from], next - from);
      }
    };
  }

  private Iterator<Run> sketchRuns(DDSketch sketch) {
    Iterator<Bin> bins = sketch.getPositiveValueStore().getAscendingIterator();
    return new Iterator<>() {
      private boolean first = zeros > 0;

      @Override
      public boolean hasNext() {
        return first || bins.hasNext();
      }

      @Override
      public Run next() {
        if (first) {
          first = false;
          return new Run(0, zeros);
        }
        Bin bin = bins.next();
        return new Run(value(bin, sketch), (long) bin.getCount());
      }
    };
  }

  private static double checked(double value) {
    if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("a norm must be finite and >= 0, but was " + value);
    }
    return value;
  }

  private static long count(double count, long before) {
    if (!(count >= 1) || count != Math.rint(count) || count > MOST - before) {
      throw new IllegalArgumentException(
          "a count must be a whole number >= 1, and all counts together must be <= 2^53, but a"
              + " count was "
              + count
              + " after a total of "
              + before);
    }
    return (long) count;
  }

  private Object writeReplace() {
    return new Form(state());
  }

  @SuppressWarnings("UnusedMethod") // Java serialisation calls it
  private void readObject(ObjectInputStream in) throws InvalidObjectException {
    throw new InvalidObjectException("a QuantileSketch is serialised as its state");
  }

  /** The object that Java serialisation writes instead of a sketch. */
  private static final class Form implements Serializable {
    private static final long serialVersionUID = 1L;
    private final double[] state;

    Form(double[] state) {
      this.state = state;
    }

    private Object readResolve() {
      return of(state);
    }
  }

  @Override
  public String toString() {
    return "QuantileSketch(count=" + count() + ", exact=" + isExact() + ")";
  }
}
