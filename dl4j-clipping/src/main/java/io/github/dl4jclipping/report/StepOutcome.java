package io.github.dl4jclipping.report;

/** What became of one step's gradient. */
public enum StepOutcome {
  /** Applied as it was. */
  UNCHANGED,
  /** Scaled up, and nothing of it scaled down or clamped, then applied: no clip. */
  SCALED_UP,
  /** Scaled down, all or a part of it, or an element clamped, then applied. */
  CLIPPED,
  /** Not finite and not applied; training goes on. */
  SKIPPED,
  /** Not finite; the broken elements became 0 and the rest was clipped and applied. */
  ZEROED,
  /** Not finite and applied all the same. */
  PASSED_NON_FINITE,
  /** Not finite and not applied; an exception tells of it. */
  RAISED,
  /**
   * Not finite because the loss was scaled too much, and not applied; the scale is lowered and
   * training goes on. Expected under loss scaling, and no non-finite step.
   */
  OVERFLOWED
}
