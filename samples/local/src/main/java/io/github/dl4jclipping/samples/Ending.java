package io.github.dl4jclipping.samples;

/** How a run ended. */
enum Ending {
  /** The score fell by a tenth or more. */
  LEARNED,
  /** The score is finite, but did not fall by a tenth. */
  DID_NOT_LEARN,
  /** Score or gradient were no longer finite, and went into the parameters. */
  DIVERGED,
  /** A gradient was not finite and was kept out of the parameters; the run ended there. */
  STOPPED
}
