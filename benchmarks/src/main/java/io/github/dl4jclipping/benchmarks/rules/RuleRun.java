package io.github.dl4jclipping.benchmarks.rules;

/**
 * Holds one run of one contender.
 *
 * @param length the length of the sequences
 * @param steps the number of steps until the problem was solved, or all steps
 * @param error the error on the tests at the end; NaN if the parameters are non-finite
 * @param lost the number of steps that were skipped; for stock DL4J, the steps from its first NaN
 *     on
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
