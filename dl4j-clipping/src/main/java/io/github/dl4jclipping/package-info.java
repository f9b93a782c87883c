/**
 * Clips gradients in Deeplearning4j: the classes that users call.
 *
 * <p>Start at {@link io.github.dl4jclipping.GradientClippingListener}: one line on any network. The
 * packages {@code .norm}, {@code .rule}, {@code .report}, {@code .forensics} and {@code .scaling}
 * hold the types that settings and reports consist of. Everything under {@code .internal} may
 * change at any time.
 */
@NullMarked
package io.github.dl4jclipping;

import org.jspecify.annotations.NullMarked;
