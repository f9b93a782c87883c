/**
 * Scales the loss of networks in HALF, and keeps their weights in FLOAT.
 *
 * <p>Comes before the gradient that is measured: the loss is multiplied here, and the step divides
 * by the same factor. Imports nothing of this library but settings.
 */
@NullMarked
package io.github.dl4jclipping.scaling;

import org.jspecify.annotations.NullMarked;
