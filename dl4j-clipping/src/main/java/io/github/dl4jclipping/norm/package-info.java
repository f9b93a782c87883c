/**
 * Measures and rescales: which stretches of a flat gradient take part, what their norm is, and how
 * they are changed in place.
 *
 * <p>The ground floor of the flow gradient → norm → decision → rescale → report. It imports nothing
 * of the other packages and knows no rule: it is told plain numbers.
 */
@NullMarked
package io.github.dl4jclipping.norm;

import org.jspecify.annotations.NullMarked;
