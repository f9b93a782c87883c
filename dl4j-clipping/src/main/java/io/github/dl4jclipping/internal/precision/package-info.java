/**
 * Scales the loss of networks in HALF, and keeps their weights in FLOAT.
 *
 * <p>One {@link io.github.dl4jclipping.internal.precision.Precision} for each updater. Imports
 * {@code internal.norm}, and of the root the settings alone.
 */
@NullMarked
package io.github.dl4jclipping.internal.precision;

import org.jspecify.annotations.NullMarked;
