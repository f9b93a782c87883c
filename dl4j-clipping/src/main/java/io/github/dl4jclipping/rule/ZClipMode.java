package io.github.dl4jclipping.rule;

/** Says what {@link ZClipRule} brings a norm that stands out down to. */
public enum ZClipMode {

  /** {@code mean + zThreshold^2 * std / z}: the more it stands out, the nearer to the mean. */
  ADAPTIVE,

  /** The mean. */
  MEAN,

  /** {@code mean + zThreshold * std}, whatever the norm. */
  PERCENTILE
}
