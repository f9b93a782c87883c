package io.github.dl4jclipping.forensics;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One array of a batch.
 *
 * @param kind what it is
 * @param name {@code features}, or {@code features[1]} of several, and the like
 * @param array null where there is none
 */
record BatchArray(OriginKind kind, String name, @Nullable INDArray array) {}
