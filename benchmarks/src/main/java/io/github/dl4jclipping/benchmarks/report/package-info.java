/** Turns results into tables, bars and charts. It may import all but the root. */
@NullMarked
package io.github.dl4jclipping.benchmarks.report;

import org.jspecify.annotations.NullMarked;
