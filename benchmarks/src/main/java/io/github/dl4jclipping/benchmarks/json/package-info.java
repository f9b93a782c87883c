/**
 * Reads and writes the files that JVMs exchange and that hold the results. Imports no other
 * package.
 */
@NullMarked
package io.github.dl4jclipping.benchmarks.json;

import org.jspecify.annotations.NullMarked;
