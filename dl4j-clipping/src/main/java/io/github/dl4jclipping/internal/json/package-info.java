/**
 * Reads and writes rules and schedules as JSON, strictly.
 *
 * <p>Imports {@code rule} and {@code norm}.
 */
@NullMarked
package io.github.dl4jclipping.internal.json;

import org.jspecify.annotations.NullMarked;
