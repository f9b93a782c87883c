/**
 * Runs one step in this order: gradient, norm, decision, rescaling, report, update.
 *
 * <p>{@code ClippingStep} holds this order. It uses only the interfaces {@code Network} and {@code
 * Update}: no class of DL4J's networks appears here. Imports all of {@code .internal} except {@code
 * network} and {@code json}.
 */
@NullMarked
package io.github.dl4jclipping.internal.step;

import org.jspecify.annotations.NullMarked;
