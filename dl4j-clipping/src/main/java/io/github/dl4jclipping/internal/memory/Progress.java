package io.github.dl4jclipping.internal.memory;

/**
 * Holds the training progress of a network.
 *
 * @param iterations the number of iterations that the network was trained for
 * @param byWorker whether the calling thread is a worker, which trains a temporary copy of the
 *     network
 */
public record Progress(int iterations, boolean byWorker) {}
