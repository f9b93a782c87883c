/** Looks into DL4J's classes below the networks. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.internal.dl4j;

import org.jspecify.annotations.NullMarked;
