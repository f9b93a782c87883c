/**
 * Finds where a non-finite value came from: checks the batch, and repeats a step on a copy.
 *
 * <p>Runs only after a non-finite gradient was found, and changes nothing in training. Imports
 * {@code forensics}, {@code internal.norm}, {@code internal.precision} and {@code internal.dl4j}.
 */
@NullMarked
package io.github.dl4jclipping.internal.forensics;

import org.jspecify.annotations.NullMarked;
