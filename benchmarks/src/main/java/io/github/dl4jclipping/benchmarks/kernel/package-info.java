/**
 * Measures the time of norm and clip for plain arrays, with JMH, and the accuracy of the norm. May
 * import peer.
 */
@NullMarked
package io.github.dl4jclipping.benchmarks.kernel;

import org.jspecify.annotations.NullMarked;
