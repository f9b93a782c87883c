/**
 * Compares training steps with clipping with the same steps without it. May import statistics and
 * json.
 */
@NullMarked
package io.github.dl4jclipping.benchmarks.training;

import org.jspecify.annotations.NullMarked;
