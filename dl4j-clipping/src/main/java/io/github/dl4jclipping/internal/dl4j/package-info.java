/** Reads DL4J's layer configurations. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.internal.dl4j;

import org.jspecify.annotations.NullMarked;
