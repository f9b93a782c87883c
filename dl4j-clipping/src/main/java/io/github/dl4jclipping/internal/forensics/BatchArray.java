package io.github.dl4jclipping.internal.forensics;

import io.github.dl4jclipping.forensics.OriginKind;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.workspace.WorkspaceUtils;

/**
 * Names one array of a batch.
 *
 * @param kind the kind of the array
 * @param name the name, such as {@code features}, or {@code features[1]} if there are several
 * @param array the array; null if there is none
 */
record BatchArray(OriginKind kind, String name, @Nullable INDArray array) {

  /**
   * Returns why the array cannot be read, as text for people; empty if it can be read or is
   * missing.
   */
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
