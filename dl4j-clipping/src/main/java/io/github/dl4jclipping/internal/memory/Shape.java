package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.internal.precision.StateLayout;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Describes the network that a saved file must match.
 *
 * @param names the names of the network's parameters
 * @param parameters the number of values in all parameters
 * @param stateLength the number of values in the state of the network's updater
 * @param state the state of the current updater; null if it has none
 * @param stateLayout the layout of that state
 */
public record Shape(
    Set<String> names,
    long parameters,
    long stateLength,
    @Nullable INDArray state,
    StateLayout stateLayout) {}
