package io.github.dl4jclipping.internal.norm;

import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Checks that the memory of an array is still its own, as ND4J checks it before each operation: a
 * raw pointer into memory that was given back reads and writes whatever lies there now.
 */
public final class ArrayChecks {

  private ArrayChecks() {}

  /**
   * Checks one array; of a view, the array that it is a view of.
   *
   * @param name what the message calls it; asked for only then
   * @throws IllegalArgumentException if it was closed, or its workspace was closed or has been
   *     opened anew since
   */
  public static void requireOwnMemory(Supplier<String> name, INDArray array) {
    if (array.wasClosed()) {
      throw new IllegalArgumentException(
          name.get()
              + " must not be closed, but it was, or the array that it is a view of. Nothing was"
              + " changed. Close arrays only after their last use.");
    }
    if (array.isAttached()) {
      requireScope(name, array, array.data().getParentWorkspace());
    }
  }

  private static void requireScope(
      Supplier<String> name, INDArray array, MemoryWorkspace workspace) {
    boolean circular = workspace.getWorkspaceType() == MemoryWorkspace.Type.CIRCULAR;
    if (!circular
        && (!workspace.isScopeActive()
            || workspace.getGenerationId() != array.data().getGenerationId())) {
      throw new IllegalArgumentException(
          name.get()
              + " must be in the scope of its workspace, but the workspace "
              + workspace.getId()
              + " was closed"
              + (workspace.isScopeActive() ? " and has been opened anew" : "")
              + " since. Nothing was changed. Call detach() or leverage() while the workspace is"
              + " open.");
    }
  }
}
