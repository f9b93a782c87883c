/** Medians and their intervals. It imports nothing of the other packages. */
@NullMarked
package io.github.dl4jclipping.benchmarks.statistics;

import org.jspecify.annotations.NullMarked;
