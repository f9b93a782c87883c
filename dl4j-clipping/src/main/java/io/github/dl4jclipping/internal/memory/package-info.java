/**
 * Remembers what belongs to a network between its steps, and keeps it in the model's file.
 *
 * <p>Knows no class of a network. Imports {@code internal.precision}, {@code internal.report},
 * {@code rule} and what lies below them.
 */
@NullMarked
package io.github.dl4jclipping.internal.memory;

import org.jspecify.annotations.NullMarked;
