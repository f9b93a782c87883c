package io.github.dl4jclipping.benchmarks.report;

/**
 * Holds one number that a requirement applies to.
 *
 * @param where what was measured
 * @param figure the number as text
 * @param load the number divided by what the requirement allows; above 1, the requirement is missed
 */
record Finding(String where, String figure, double load) {

  boolean met() {
    return load <= 1;
  }

  @Override
  public String toString() {
    return where + ": " + figure;
  }
}
