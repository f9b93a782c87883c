/**
 * Measures and rescales: the layout of the flat gradient and the kernels.
 *
 * <p>Imports {@code norm}.
 */
@NullMarked
package io.github.dl4jclipping.internal.norm;

import org.jspecify.annotations.NullMarked;
