package io.github.dl4jclipping.forensics;

import java.io.Serializable;

/**
 * Remembers one step before a non-finite one.
 *
 * @param iteration DL4J's iteration counter, from 0
 * @param score the network's score at that step
 * @param norm the norm of its gradient before clipping; not finite where the gradient was not
 */
public record HistoryPoint(int iteration, double score, double norm) implements Serializable {}
