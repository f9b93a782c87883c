/**
 * Reports what one step did: to observers and to the log.
 *
 * <p>Changes nothing. Imports {@code .forensics} and what lies below it.
 */
@NullMarked
package io.github.dl4jclipping.report;

import org.jspecify.annotations.NullMarked;
