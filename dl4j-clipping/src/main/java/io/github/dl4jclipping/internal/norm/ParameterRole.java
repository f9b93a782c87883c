package io.github.dl4jclipping.internal.norm;

/** Says what one parameter's stretch of the flat gradient is. */
public enum ParameterRole {

  /** A gradient: takes part in the norm and is rescaled. */
  GRADIENT,

  /**
   * Not a gradient but an update that DL4J lets travel with the gradients: BatchNormalization's
   * running mean and variance, the centres of CenterLossOutputLayer. Never part of the norm, never
   * rescaled; a non-finite one still makes the step non-finite.
   */
  PSEUDO_GRADIENT,

  /**
   * A gradient that the settings keep out of clipping: neither measured nor rescaled; a non-finite
   * one still makes the step non-finite.
   */
  EXCLUDED,

  /** Frozen, or trained in layerwise pretraining only: neither measured nor rescaled. */
  IDLE
}
