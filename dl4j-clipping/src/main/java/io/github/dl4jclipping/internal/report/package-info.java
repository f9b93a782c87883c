/**
 * Passes reports to the log and to observers, and detects problems to warn of.
 *
 * <p>Imports {@code report} and what lies below it.
 */
@NullMarked
package io.github.dl4jclipping.internal.report;

import org.jspecify.annotations.NullMarked;
