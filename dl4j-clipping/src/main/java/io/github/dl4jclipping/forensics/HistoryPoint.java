package io.github.dl4jclipping.forensics;

import java.io.Serializable;

/**
 * Records one step that came before a non-finite step.
 *
 * @param iteration DL4J's iteration counter, from 0
 * @param score the network's score at that step
 * @param norm the norm of its gradient before clipping; non-finite if the gradient was
 */
public record HistoryPoint(int iteration, double score, double norm) implements Serializable {}
