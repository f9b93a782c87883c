/**
 * Sets training steps with clipping against the same steps without. It may import statistics and
 * json.
 */
@NullMarked
package io.github.dl4jclipping.benchmarks.training;

import org.jspecify.annotations.NullMarked;
