/**
 * Shows the plugin at work: {@link io.github.dl4jclipping.samples.Quickstart} trains one network
 * with and without it and tells what happened.
 *
 * <p>Text, batches, training, results: each class is one of these steps, in that order.
 */
@NullMarked
package io.github.dl4jclipping.samples;

import org.jspecify.annotations.NullMarked;
