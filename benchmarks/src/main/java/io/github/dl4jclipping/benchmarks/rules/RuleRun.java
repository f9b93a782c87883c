package io.github.dl4jclipping.benchmarks.rules;

/**
 * One run of one contender.
 *
 * @param length of the sequences
 * @param steps until it was solved, or all
 * @param error on the tests in the end, NaN where the parameters are not finite
 * @param lost steps that were skipped, or that stock had no use of after its first NaN
 */
public record RuleRun(
    Problem problem,
    int length,
    RuleContender contender,
    int seed,
    boolean solved,
    int steps,
    double error,
    int lost) {}
