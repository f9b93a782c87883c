package io.github.dl4jclipping.benchmarks.report;

/**
 * One number under a bar.
 *
 * @param where what was measured
 * @param figure the number, as it is written
 * @param load the number by what the bar allows: above 1 it is missed
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
