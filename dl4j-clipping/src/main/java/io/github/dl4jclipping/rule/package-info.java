/**
 * Decides: norms in, a decision out.
 *
 * <p>Pure Java, without ND4J. Of the other packages it imports {@code .norm}'s value types alone.
 */
@NullMarked
package io.github.dl4jclipping.rule;

import org.jspecify.annotations.NullMarked;
