/** Holds the types for norms and parameter names in settings and reports. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.norm;

import org.jspecify.annotations.NullMarked;
