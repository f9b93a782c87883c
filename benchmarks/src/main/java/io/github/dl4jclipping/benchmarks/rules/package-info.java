/** Compares rules on problems on which training diverges. May import json. */
@NullMarked
package io.github.dl4jclipping.benchmarks.rules;

import org.jspecify.annotations.NullMarked;
