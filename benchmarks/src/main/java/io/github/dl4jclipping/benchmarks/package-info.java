/** Measures what clipping costs. */
@NullMarked
package io.github.dl4jclipping.benchmarks;

import org.jspecify.annotations.NullMarked;
