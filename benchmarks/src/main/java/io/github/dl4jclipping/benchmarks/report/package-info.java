/** Turns results into tables, requirements and charts. May import every package except the root. */
@NullMarked
package io.github.dl4jclipping.benchmarks.report;

import org.jspecify.annotations.NullMarked;
