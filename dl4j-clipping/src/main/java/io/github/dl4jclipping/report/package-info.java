/**
 * Reports what one step did.
 *
 * <p>Imports {@code .forensics}, {@code .rule}, {@code .scaling} and {@code .norm}.
 */
@NullMarked
package io.github.dl4jclipping.report;

import org.jspecify.annotations.NullMarked;
