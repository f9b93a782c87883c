/**
 * Compares the cost of clipping with other libraries. {@link
 * io.github.dl4jclipping.benchmarks.Benchmarks} runs everything. May import every other package
 * here.
 */
@NullMarked
package io.github.dl4jclipping.benchmarks;

import org.jspecify.annotations.NullMarked;
