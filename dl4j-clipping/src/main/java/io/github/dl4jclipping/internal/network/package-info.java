/**
 * Connects to DL4J's networks: installs the step where DL4J calls the updater, and removes it
 * again.
 *
 * <p>{@code Dl4jModel} is one interface to all types of networks. A host for each type passes
 * DL4J's calls to the step, and {@code Installation} installs the host. Imports all of {@code
 * .internal} except {@code json}.
 */
@NullMarked
package io.github.dl4jclipping.internal.network;

import org.jspecify.annotations.NullMarked;
