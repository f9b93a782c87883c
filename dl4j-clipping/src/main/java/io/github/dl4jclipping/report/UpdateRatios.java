package io.github.dl4jclipping.report;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reports how large the update of each parameter is compared with the parameter itself: the L2 norm
 * of what is subtracted from it, divided by its L2 norm before. About 1e-3 is usual; far more means
 * that the learning rate is too high, far less that hardly anything is learned.
 *
 * <p>The update is what the updater made of the clipped gradient, learning rate, L1, L2 and weight
 * decay included. An optimization algorithm other than SGD may apply it otherwise.
 *
 * <p>Immutable and thread-safe.
 *
 * @param iteration DL4J's iteration counter, from 0
 * @param byParameter the ratio of each parameter that is clipped, by names such as {@code 0_W} or
 *     {@code dense_W}, in the order of the network; infinite for a parameter whose norm is 0, NaN
 *     if its update is 0 as well
 */
public record UpdateRatios(int iteration, Map<String, Double> byParameter) implements Serializable {

  /** Copies the map and keeps its order. */
  public UpdateRatios {
    byParameter = Collections.unmodifiableMap(new LinkedHashMap<>(byParameter));
  }
}
