/**
 * Clips gradients by their global norm in Deeplearning4j: what a user touches.
 *
 * <p>Start at {@link io.github.dl4jclipping.GradientClippingListener}: one line on any network. The
 * packages {@code .norm}, {@code .rule}, {@code .report}, {@code .forensics} and {@code .scaling}
 * hold what settings and reports consist of. What is under {@code .internal} may change at any
 * time.
 */
@NullMarked
package io.github.dl4jclipping;

import org.jspecify.annotations.NullMarked;
