/** Checks arguments, by name. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.internal.check;

import org.jspecify.annotations.NullMarked;
