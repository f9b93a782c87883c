package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.OriginKind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.workspace.WorkspaceUtils;

/**
 * One array of a batch.
 *
 * @param kind what it is
 * @param name {@code features}, or {@code features[1]} of several, and the like
 * @param array null where there is none
 */
record BatchArray(OriginKind kind, String name, @Nullable INDArray array) {

  /** Returns why the array cannot be looked at, for a person; empty if it can, or is not there. */
  Optional<String> whyUnreadable() {
    if (array == null) {
      return Optional.empty();
    }
    if (array.wasClosed()) {
      return Optional.of("their memory is closed");
    }
    try {
      WorkspaceUtils.assertValidArray(array, name);
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of("their workspace is closed");
    }
  }
}
