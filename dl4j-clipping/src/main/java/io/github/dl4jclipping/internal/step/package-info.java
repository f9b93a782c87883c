/**
 * Knows the order of one step: gradient, norm, decision, rescaling, report, update.
 *
 * <p>{@code ClippingStep} is the order. It speaks to {@code Network} and {@code Update} alone: no
 * class of DL4J's networks appears here. Imports all of {@code .internal} but {@code network} and
 * {@code json}.
 */
@NullMarked
package io.github.dl4jclipping.internal.step;

import org.jspecify.annotations.NullMarked;
