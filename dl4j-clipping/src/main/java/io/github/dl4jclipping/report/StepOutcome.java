package io.github.dl4jclipping.report;

/** What became of one step's gradient. */
public enum StepOutcome {
  /** Applied as it was. */
  UNCHANGED(true, false, true),
  /** Scaled up, and nothing of it scaled down or clamped, then applied: no clip. */
  SCALED_UP(true, false, true),
  /** Scaled down, all or a part of it, or an element clamped, then applied. */
  CLIPPED(true, false, true),
  /** Not finite and not applied; training goes on. */
  SKIPPED(false, true, true),
  /** Not finite; the broken elements became 0 and the rest was clipped and applied. */
  ZEROED(true, true, true),
  /** Not finite and applied all the same. */
  PASSED_NON_FINITE(true, true, true),
  /** Not finite and not applied; an exception tells of it. */
  RAISED(false, true, true),
  /**
   * Not finite because the loss was scaled too much, and not applied; the scale is lowered and
   * training goes on. Expected under loss scaling, and no non-finite step.
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

  /** Returns whether the updater got the gradient, or what was left of it. */
  public boolean isApplied() {
    return applied;
  }

  /**
   * Returns whether the gradient was not finite, whatever became of it; false for {@link
   * #OVERFLOWED}, where the loss scale made it so.
   */
  public boolean isNonFinite() {
    return nonFinite;
  }

  /**
   * Returns whether the step's norm and score say something of the gradient itself; false for
   * {@link #OVERFLOWED}, where they say something of the loss scale alone.
   */
  public boolean isMeasured() {
    return measured;
  }
}
