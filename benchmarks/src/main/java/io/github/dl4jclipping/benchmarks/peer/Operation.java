package io.github.dl4jclipping.benchmarks.peer;

/** Lists the operations that are timed. */
public enum Operation {
  /** The norm alone. */
  NORM,
  /** Clipping to a bound that the norm does not exceed. */
  KEEP,
  /** Clipping to a bound that the norm exceeds. */
  CLIP
}
