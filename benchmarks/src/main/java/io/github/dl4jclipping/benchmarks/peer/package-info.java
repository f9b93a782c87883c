/**
 * Those that are measured, each behind the same few methods, and the limits that memory sets. It
 * imports nothing of the other packages; a peer's own classes are loaded only where it is created.
 */
@NullMarked
package io.github.dl4jclipping.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
