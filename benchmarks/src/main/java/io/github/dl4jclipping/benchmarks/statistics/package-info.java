/** Computes medians and their confidence intervals. Imports no other package. */
@NullMarked
package io.github.dl4jclipping.benchmarks.statistics;

import org.jspecify.annotations.NullMarked;
