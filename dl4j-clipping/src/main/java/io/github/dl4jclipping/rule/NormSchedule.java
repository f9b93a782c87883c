package io.github.dl4jclipping.rule;

import java.io.Serializable;

/** Defines the bound on the norm for each step. */
@FunctionalInterface
public interface NormSchedule extends Serializable {

  /**
   * Returns the bound, finite and greater than 0.
   *
   * @param iteration DL4J's iteration counter, from 0
   * @param epoch DL4J's epoch counter, from 0
   */
  double maxNorm(int iteration, int epoch);
}
