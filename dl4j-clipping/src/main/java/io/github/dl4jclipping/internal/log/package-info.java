/** Holds the logger's name and the format of numbers in log lines. Imports nothing. */
@NullMarked
package io.github.dl4jclipping.internal.log;

import org.jspecify.annotations.NullMarked;
