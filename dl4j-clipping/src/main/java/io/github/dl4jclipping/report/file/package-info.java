/**
 * Writes reports to files: one row per step, and the evidence of incidents.
 *
 * <p>Changes nothing in training. Imports {@code .report}, {@code .internal.report}, {@code
 * .internal.forensics} and the packages below them.
 */
@NullMarked
package io.github.dl4jclipping.report.file;

import org.jspecify.annotations.NullMarked;
