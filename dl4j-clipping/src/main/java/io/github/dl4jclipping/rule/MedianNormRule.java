package io.github.dl4jclipping.rule;

import io.github.dl4jclipping.internal.check.Bounds;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Scales the whole gradient down if its L2 norm exceeds a multiple of the median of previous norms:
 * {@code bound = factor * median}. The median is that of the last {@code window} norms, without the
 * norm of this step.
 *
 * <p>The norms are those before clipping. Norms that are 0, or whose square is beyond the range of
 * a double, are ignored. If {@code window} is even, the median is the mean of the two middle norms.
 * Until there are {@code window} norms, nothing is clipped. There is no epsilon: a norm that is at
 * most the bound is unchanged, and a larger one is scaled by {@code bound / norm}.
 *
 * <p>The idea comes from the optimiser ScaledAdam in <a
 * href="https://github.com/k2-fsa/icefall">icefall</a>, by Povey and others. ScaledAdam updates its
 * median only every 100 steps; this rule does so at each step.
 *
 * @param factor the bound, as a multiple of the median, finite and greater than 0
 * @param window the number of norms in the median, from 1 to {@value #MAX_WINDOW}
 */
public record MedianNormRule(double factor, int window) implements ClipRule {

  /** The largest window; each step moves up to this many numbers. */
  public static final int MAX_WINDOW = 100_000;

  /** A factor of 2, and a window of 100 steps. */
  public static final MedianNormRule DEFAULT = new MedianNormRule(2, 100);

  private static final String NORMS = "norms";

  /** Checks the bounds. */
  public MedianNormRule {
    Bounds.positive("factor", factor);
    if (window < 1 || window > MAX_WINDOW) {
      throw new IllegalArgumentException(
          "window must be from 1 to " + MAX_WINDOW + ", but was " + window);
    }
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public boolean boundsWhole() {
    return true;
  }

  @Override
  public int warmUp() {
    return window;
  }

  @Override
  public RuleState start(List<RuleParameter> parameters) {
    return new LastNorms();
  }

  private final class LastNorms implements RuleState {

    /** The norms in the order of the steps; the one at {@link #oldest} is replaced next. */
    private final double[] norms = new double[window];

    /** The same norms in ascending order. */
    private final double[] sorted = new double[window];

    private int size;
    private int oldest;

    @Override
    public Decision decide(GradientMeasurement gradient) {
      double norm = gradient.norm();
      double bound = size < window ? Double.POSITIVE_INFINITY : factor * median();
      if (Learnable.is(norm)) {
        add(norm);
      }
      return ExactBound.decide(bound, norm);
    }

    private double median() {
      double upper = sorted[window / 2];
      return window % 2 == 1 ? upper : sorted[window / 2 - 1] / 2 + upper / 2;
    }

    private void add(double norm) {
      if (size == window) {
        removeFromSorted(norms[oldest]);
      }
      norms[oldest] = norm;
      oldest = (oldest + 1) % window;
      insertIntoSorted(norm);
    }

    private void removeFromSorted(double norm) {
      int at = Arrays.binarySearch(sorted, 0, size, norm);
      System.arraycopy(sorted, at + 1, sorted, at, size - at - 1);
      size--;
    }

    private void insertIntoSorted(double norm) {
      int found = Arrays.binarySearch(sorted, 0, size, norm);
      int at = found >= 0 ? found : -found - 1;
      System.arraycopy(sorted, at, sorted, at + 1, size - at);
      sorted[at] = norm;
      size++;
    }

    @Override
    public Map<String, double[]> save() {
      double[] inOrder = new double[size];
      for (int i = 0; i < size; i++) {
        inOrder[i] = norms[size < window ? i : (oldest + i) % window];
      }
      return Map.of(NORMS, inOrder);
    }

    @Override
    public void restore(Map<String, double[]> saved) {
      double[] inOrder = new SavedNumbers(saved, NORMS).get(NORMS);
      SavedNumbers.require(
          inOrder.length <= window,
          NORMS,
          "have at most the " + window + " norms of the window",
          inOrder.length + " norms");
      SavedNumbers.requireAll(
          NORMS,
          inOrder,
          "> 0, with a square within the range of a double",
          x -> x > 0 && Learnable.is(x));
      size = 0;
      oldest = 0;
      for (double norm : inOrder) {
        add(norm);
      }
    }
  }

  @Override
  public String toString() {
    return "medianNorm(factor=" + factor + ", window=" + window + ")";
  }
}
