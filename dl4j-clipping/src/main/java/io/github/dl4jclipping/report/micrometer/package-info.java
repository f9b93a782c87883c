/**
 * Passes reports to Micrometer, and so to Prometheus and similar systems.
 *
 * <p>Changes nothing in training. Imports {@code .report}, {@code .internal.report} and the
 * packages below them. No other package uses Micrometer.
 */
@NullMarked
package io.github.dl4jclipping.report.micrometer;

import org.jspecify.annotations.NullMarked;
