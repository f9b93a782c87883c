package io.github.dl4jclipping.rule;

/** Defines the norm to which {@link ZClipRule} scales an outlier down. */
public enum ZClipMode {

  /**
   * {@code mean + zThreshold^2 * std / z}: the larger the outlier, the closer the result is to the
   * mean.
   */
  ADAPTIVE,

  /** The mean. */
  MEAN,

  /** {@code mean + zThreshold * std}, whatever the norm of the outlier. */
  PERCENTILE
}
