package io.github.dl4jclipping.benchmarks.peer;

/** What is timed. */
public enum Operation {
  /** The norm alone. */
  NORM,
  /** Clipping to a bound that the gradient keeps. */
  KEEP,
  /** Clipping to a bound that the gradient breaks. */
  CLIP
}
