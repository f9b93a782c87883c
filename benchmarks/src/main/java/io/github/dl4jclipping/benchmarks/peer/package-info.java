/**
 * Holds the contenders, all with the same few methods, and loops that show the limits of memory.
 * Imports no other package. A peer's own classes are loaded only when the peer is created.
 */
@NullMarked
package io.github.dl4jclipping.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
