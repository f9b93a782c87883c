/**
 * Trains the same networks in FLOAT and in HALF, with and without loss scaling and master weights.
 * May import statistics and json.
 */
@NullMarked
package io.github.dl4jclipping.benchmarks.half;

import org.jspecify.annotations.NullMarked;
