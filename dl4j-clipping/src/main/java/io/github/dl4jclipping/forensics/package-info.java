/**
 * Holds the types for reports on non-finite gradients: which values are non-finite, and where they
 * came from.
 *
 * <p>Imports {@code .norm}.
 */
@NullMarked
package io.github.dl4jclipping.forensics;

import org.jspecify.annotations.NullMarked;
