/**
 * Measures what clipping costs beside its peers: {@link
 * io.github.dl4jclipping.benchmarks.Benchmarks} runs everything. It may import every other package
 * here.
 */
@NullMarked
package io.github.dl4jclipping.benchmarks;

import org.jspecify.annotations.NullMarked;
