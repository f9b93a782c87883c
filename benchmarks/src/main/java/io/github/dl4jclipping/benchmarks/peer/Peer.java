package io.github.dl4jclipping.benchmarks.peer;

/** One that measures and clips a gradient; holds one gradient at a time. */
public interface Peer extends AutoCloseable {

  /** Returns whether it can do this at all. */
  default boolean supports(Workload workload, Operation operation) {
    return true;
  }

  /** Draws the gradient. */
  void prepare(Workload workload);

  /** Makes the gradient what it was when drawn. */
  void restore();

  /** Returns the norm. */
  double norm();

  /** Scales the gradient so that its norm is at most {@code maxNorm}. */
  double clip(double maxNorm);

  /** Frees the gradient. */
  @Override
  void close();
}
