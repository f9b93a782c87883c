/**
 * Says where a non-finite value sits, and where it came from: what reports carry.
 *
 * <p>Imports {@code .norm}.
 */
@NullMarked
package io.github.dl4jclipping.forensics;

import org.jspecify.annotations.NullMarked;
