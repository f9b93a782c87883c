/** Checks arguments and names them in messages. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.internal.check;

import org.jspecify.annotations.NullMarked;
