package io.github.dl4jclipping.benchmarks.peer;

/** Measures and clips a gradient; holds one gradient at a time. */
public interface Peer extends AutoCloseable {

  /** Returns whether this peer supports an operation on a workload. */
  default boolean supports(Workload workload, Operation operation) {
    return true;
  }

  /** Draws the gradient. */
  void prepare(Workload workload);

  /** Restores the gradient as it was drawn. */
  void restore();

  /** Returns the norm. */
  double norm();

  /** Scales the gradient so that its norm is at most {@code maxNorm}. */
  double clip(double maxNorm);

  /** Frees the gradient. */
  @Override
  void close();
}
