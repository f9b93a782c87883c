/**
 * Says where a non-finite value sits, and where it came from.
 *
 * <p>Runs only after {@code .norm} found that a gradient is not finite, changes nothing, and
 * imports {@code .norm} alone.
 */
@NullMarked
package io.github.dl4jclipping.forensics;

import org.jspecify.annotations.NullMarked;
