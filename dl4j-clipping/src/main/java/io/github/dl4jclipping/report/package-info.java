/**
 * Holds reports of what each step did, and observers that receive them.
 *
 * <p>Imports {@code .forensics}, {@code .rule}, {@code .scaling} and {@code .norm}.
 */
@NullMarked
package io.github.dl4jclipping.report;

import org.jspecify.annotations.NullMarked;
