/** Holds what settings and reports say about norms and parameter names. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.norm;

import org.jspecify.annotations.NullMarked;
