/**
 * Writes reports to files: one row a step.
 *
 * <p>Changes nothing. Imports {@code .report} and what lies below it.
 */
@NullMarked
package io.github.dl4jclipping.report.file;

import org.jspecify.annotations.NullMarked;
