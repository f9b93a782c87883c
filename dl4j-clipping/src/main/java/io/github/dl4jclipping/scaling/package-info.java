/** Holds the type for the loss scale in reports. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.scaling;

import org.jspecify.annotations.NullMarked;
