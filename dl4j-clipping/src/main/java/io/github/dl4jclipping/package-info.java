/**
 * Clips gradients by their global norm in Deeplearning4j: what a user touches.
 *
 * <p>Start at {@link io.github.dl4jclipping.GradientClippingListener}: one line on any network. The
 * packages below follow the flow of one step, gradient → norm → decision → rescale → report, and
 * import only downwards: {@code .step}, {@code .report}, {@code .forensics}, {@code .rule}, {@code
 * .norm}.
 */
@NullMarked
package io.github.dl4jclipping;

import org.jspecify.annotations.NullMarked;
