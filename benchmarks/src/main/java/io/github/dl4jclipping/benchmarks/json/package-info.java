/** What JVMs tell each other and the reader, in files. It imports nothing of the other packages. */
@NullMarked
package io.github.dl4jclipping.benchmarks.json;

import org.jspecify.annotations.NullMarked;
