/**
 * Knows the order of one step: measure, decide, rescale, report, and then DL4J's own update.
 *
 * <p>{@code ClippingStep} is the order; its hosts put it where DL4J calls the updater. Imports
 * {@code .report} and what lies below it, and of the root the plain value types alone.
 */
@NullMarked
package io.github.dl4jclipping.step;

import org.jspecify.annotations.NullMarked;
