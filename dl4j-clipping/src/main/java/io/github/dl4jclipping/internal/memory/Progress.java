package io.github.dl4jclipping.internal.memory;

/**
 * How far a network is trained.
 *
 * @param iterations for how many iterations
 * @param byWorker whether the thread that asks trains a copy of it that does not last
 */
public record Progress(int iterations, boolean byWorker) {}
