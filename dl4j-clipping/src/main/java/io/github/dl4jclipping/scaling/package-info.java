/** Holds what reports say about the loss scale. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.scaling;

import org.jspecify.annotations.NullMarked;
