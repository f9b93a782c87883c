/**
 * Holds the clipping rules: each takes norms and returns a decision.
 *
 * <p>Pure Java, without ND4J. Imports {@code .norm} and {@code .internal.check}.
 */
@NullMarked
package io.github.dl4jclipping.rule;

import org.jspecify.annotations.NullMarked;
