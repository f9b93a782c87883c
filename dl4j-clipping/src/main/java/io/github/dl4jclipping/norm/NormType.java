package io.github.dl4jclipping.norm;

import java.io.Serializable;

/**
 * Names a vector norm: {@link #L1}, {@link #L2}, {@link #INF} or any {@linkplain #p(double)
 * p-norm}.
 *
 * <p>The norm of order {@code p} is {@code (Σ|x|^p)^(1/p)}; {@link #INF} is the largest magnitude.
 * Orders below 1 are not norms in the mathematical sense, but are allowed, as in PyTorch.
 *
 * <p>Immutable and thread-safe.
 */
public final class NormType implements Serializable {

  /** The sum of magnitudes. */
  public static final NormType L1 = new NormType(1);

  /** The Euclidean norm: the default everywhere. */
  public static final NormType L2 = new NormType(2);

  /** The largest magnitude. */
  public static final NormType INF = new NormType(Double.POSITIVE_INFINITY);

  private static final long serialVersionUID = 1L;

  /** The largest number of half orders for which a power is computed by multiplication. */
  private static final int MANY = 16;

  private final double order;

  private NormType(double order) {
    this.order = order;
  }

  /**
   * Returns the norm of the given order; {@code p(1)}, {@code p(2)} and {@code p(∞)} equal {@link
   * #L1}, {@link #L2} and {@link #INF}.
   *
   * @param order the order, greater than 0; may be infinite
   * @throws IllegalArgumentException if {@code order} is NaN or not greater than 0
   */
  public static NormType p(double order) {
    if (!(order > 0)) {
      throw new IllegalArgumentException("norm order must be > 0, but was " + order);
    }
    return new NormType(order);
  }

  /** Returns the order {@code p}; infinity for {@link #INF}. */
  public double order() {
    return order;
  }

  /**
   * Returns the norm of the whole from the norms of its disjoint parts, or 0 if there are none.
   *
   * <p>The computation neither overflows nor underflows if the result is a finite double. The
   * result is NaN if any part is NaN, otherwise infinite if any part is infinite.
   *
   * @param norms the norms of the parts, of this type
   */
  public double combine(double... norms) {
    double largest = 0;
    for (double norm : norms) {
      largest = Math.max(largest, norm);
    }
    if (order == Double.POSITIVE_INFINITY || largest == 0 || !Double.isFinite(largest)) {
      return largest;
    }
    double sum = 0;
    for (double norm : norms) {
      sum += power(norm / largest);
    }
    return largest * root(sum);
  }

  /** Returns {@code x} to the power of this order, for {@code x >= 0}. */
  public double power(double x) {
    int halves = (int) (2 * order);
    if (halves != 2 * order || halves > MANY) {
      return Math.pow(x, order);
    }
    // Several times as fast as pow: order 3, for example, takes three multiplications.
    double power = halves % 2 == 1 ? Math.sqrt(x) : 1;
    for (int i = halves / 2; i > 0; i--) {
      power *= x;
    }
    return power;
  }

  /** Combines the {@linkplain #power powers} of two disjoint parts. */
  public double merge(double powers, double others) {
    return order == Double.POSITIVE_INFINITY ? Math.max(powers, others) : powers + others;
  }

  /** Returns the root of this order, the inverse of {@link #power}. */
  public double root(double sum) {
    return order == 2 ? Math.sqrt(sum) : order == 1 ? sum : Math.pow(sum, 1 / order);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NormType type && order == type.order;
  }

  @Override
  public int hashCode() {
    return Double.hashCode(order);
  }

  /** Returns {@code "L1"}, {@code "L2"}, {@code "INF"} or, for example, {@code "p=1.5"}. */
  @Override
  public String toString() {
    if (order == Double.POSITIVE_INFINITY) {
      return "INF";
    }
    return order == 1 ? "L1" : order == 2 ? "L2" : "p=" + order;
  }
}
