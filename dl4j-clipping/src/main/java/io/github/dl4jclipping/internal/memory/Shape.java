package io.github.dl4jclipping.internal.memory;

import io.github.dl4jclipping.internal.precision.StateLayout;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a saved file must fit: the network that it is restored into.
 *
 * @param names the names of its parameters
 * @param parameters how many numbers these have
 * @param stateLength how many numbers the state of its updater has
 * @param state the state of the updater that is in place, null where that has none
 * @param stateLayout how that state lies
 */
public record Shape(
    Set<String> names,
    long parameters,
    long stateLength,
    @Nullable INDArray state,
    StateLayout stateLayout) {}
