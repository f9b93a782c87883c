/** Sets rules against each other on problems on which training diverges. It may import json. */
@NullMarked
package io.github.dl4jclipping.benchmarks.rules;

import org.jspecify.annotations.NullMarked;
