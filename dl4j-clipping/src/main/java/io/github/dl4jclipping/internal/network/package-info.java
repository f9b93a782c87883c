/**
 * Knows DL4J's networks: puts the step where DL4J calls the updater, and takes it out again.
 *
 * <p>{@code Dl4jModel} tells the kinds of networks apart, a host for each leads DL4J's calls to the
 * step, {@code Installation} puts it in place. Imports all of {@code .internal} but {@code json}.
 */
@NullMarked
package io.github.dl4jclipping.internal.network;

import org.jspecify.annotations.NullMarked;
