package io.github.dl4jclipping.random;

import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * How a network is trained.
 *
 * @param miniBatch whether DL4J divides the gradient by the number of examples
 */
record Training(UpdaterKind updater, DataType type, boolean miniBatch, Activation activation) {}
