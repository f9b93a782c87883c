package io.github.dl4jclipping.report;

/** Names what happened to the gradient of one step. */
public enum StepOutcome {
  /** The gradient was applied unchanged. */
  UNCHANGED(true, false, true),
  /** The gradient was only scaled up, then applied; this is not clipping. */
  SCALED_UP(true, false, true),
  /**
   * The gradient, or a part of it, was scaled down, or an element was clamped; then it was applied.
   */
  CLIPPED(true, false, true),
  /** The gradient was non-finite and not applied; training continues. */
  SKIPPED(false, true, true),
  /**
   * The gradient was non-finite; its non-finite elements were set to 0, and the rest was clipped
   * and applied.
   */
  ZEROED(true, true, true),
  /** The gradient was non-finite and was applied as it was. */
  PASSED_NON_FINITE(true, true, true),
  /** The gradient was non-finite and not applied; the step threw an exception. */
  RAISED(false, true, true),
  /**
   * The gradient was non-finite because the loss scale was too large, and was not applied. The
   * scale is lowered and training continues. This is expected under loss scaling and does not count
   * as a non-finite step.
   */
  OVERFLOWED(false, false, false);

  private final boolean applied;
  private final boolean nonFinite;
  private final boolean measured;

  StepOutcome(boolean applied, boolean nonFinite, boolean measured) {
    this.applied = applied;
    this.nonFinite = nonFinite;
    this.measured = measured;
  }

  /** Returns whether the updater received the gradient, or its remaining elements. */
  public boolean isApplied() {
    return applied;
  }

  /**
   * Returns whether the gradient was non-finite, whatever happened to it. Returns false for {@link
   * #OVERFLOWED}, because the loss scale was the cause.
   */
  public boolean isNonFinite() {
    return nonFinite;
  }

  /**
   * Returns whether norm and score of the step describe the gradient itself. Returns false for
   * {@link #OVERFLOWED}, where they only describe the loss scale.
   */
  public boolean isMeasured() {
    return measured;
  }
}
