package io.github.dl4jclipping.forensics;

/**
 * Names what held the first non-finite value of a step. The constants are in the order of the
 * search.
 */
public enum OriginKind {
  /** The features of the batch. */
  FEATURES,
  /** The labels of the batch. */
  LABELS,
  /** A mask of the batch. */
  MASKS,
  /** The parameters, as they were before the step. */
  PARAMETERS,
  /**
   * The output of a layer whose input was finite, or the state that it carried over from the
   * segment before.
   */
  ACTIVATIONS,
  /** The loss alone: every activation was finite. */
  LOSS,
  /** The backward pass: everything up to the loss was finite. */
  BACKWARD,
  /** The loss scale: without it the backward pass is finite. */
  LOSS_SCALE,
  /** Unknown: the origin could not be determined, or was not looked for. */
  UNKNOWN
}
