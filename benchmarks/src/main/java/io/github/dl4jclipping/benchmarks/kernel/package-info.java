/** Times norm and clip of plain arrays with JMH, and how exact the norm is. It may import peer. */
@NullMarked
package io.github.dl4jclipping.benchmarks.kernel;

import org.jspecify.annotations.NullMarked;
