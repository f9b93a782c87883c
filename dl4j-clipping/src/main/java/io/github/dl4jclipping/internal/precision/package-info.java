/**
 * Scales the loss of networks in HALF, and keeps master weights in FLOAT.
 *
 * <p>Each updater has one {@link io.github.dl4jclipping.internal.precision.Precision}. Imports
 * {@code internal.norm}, and only the settings of the root package.
 */
@NullMarked
package io.github.dl4jclipping.internal.precision;

import org.jspecify.annotations.NullMarked;
