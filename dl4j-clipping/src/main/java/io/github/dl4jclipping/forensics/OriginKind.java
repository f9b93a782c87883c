package io.github.dl4jclipping.forensics;

/** Says what held the first non-finite value of a step, in the order in which it is looked for. */
public enum OriginKind {
  /** The features of the batch. */
  FEATURES,
  /** The labels of the batch. */
  LABELS,
  /** A mask of the batch. */
  MASKS,
  /** The parameters, as they were before the step. */
  PARAMETERS,
  /** What a layer made of finite input, or the state that it carried over from a segment before. */
  ACTIVATIONS,
  /** The loss alone: every activation was finite. */
  LOSS,
  /** The backward pass: everything up to the loss was finite. */
  BACKWARD,
  /** The loss scale: without it the backward pass is finite, too. */
  LOSS_SCALE,
  /** None that could be told. */
  UNKNOWN
}
