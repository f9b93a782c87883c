/**
 * Hands reports to Micrometer, and so to Prometheus and the like.
 *
 * <p>Changes nothing. Imports {@code .report} and what lies below it; the one package that knows
 * Micrometer.
 */
@NullMarked
package io.github.dl4jclipping.report.micrometer;

import org.jspecify.annotations.NullMarked;
