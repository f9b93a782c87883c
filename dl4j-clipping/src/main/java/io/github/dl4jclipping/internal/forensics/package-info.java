/**
 * Finds where a non-finite value came from: looks at the batch, and repeats a step on a copy.
 *
 * <p>Runs only after a gradient was found to be non-finite, and changes nothing. Imports {@code
 * forensics}, {@code internal.norm} and {@code internal.precision}.
 */
@NullMarked
package io.github.dl4jclipping.internal.forensics;

import org.jspecify.annotations.NullMarked;
