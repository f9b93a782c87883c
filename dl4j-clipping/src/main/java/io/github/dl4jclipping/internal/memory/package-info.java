/**
 * Keeps the state of a network between its steps, and saves it in the model's file.
 *
 * <p>Uses no class of DL4J's networks. Imports {@code internal.precision}, {@code internal.report},
 * {@code rule} and the packages below them.
 */
@NullMarked
package io.github.dl4jclipping.internal.memory;

import org.jspecify.annotations.NullMarked;
