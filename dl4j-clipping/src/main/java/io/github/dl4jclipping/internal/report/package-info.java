/**
 * Brings reports to the log and to observers, and watches for what should worry a user.
 *
 * <p>Imports {@code report} and what lies below it.
 */
@NullMarked
package io.github.dl4jclipping.internal.report;

import org.jspecify.annotations.NullMarked;
