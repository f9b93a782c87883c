/** Holds what lines of the log consist of. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.internal.log;

import org.jspecify.annotations.NullMarked;
