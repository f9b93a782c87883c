package io.github.dl4jclipping.internal.precision;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/** Identifies one pass of one network on one thread, in which the loss is scaled. */
final class ScaledPass {

  /** The workspace that DL4J opens for each pass, and closes even if the pass fails. */
  private static final String WORKSPACE = "WS_ALL_LAYERS_ACT";

  private final long thread =
      Thread.currentThread()
          .getId(); // the id, because a reference would prevent garbage collection of the thread
  private final @Nullable MemoryWorkspace workspace = openWorkspace();
  private final long generation = workspace == null ? 0 : workspace.getGenerationId();
  private final double factor;
  private boolean scaled;
  private boolean over;

  ScaledPass(double factor) {
    this.factor = factor;
  }

  private static @Nullable MemoryWorkspace openWorkspace() {
    return Nd4j.getWorkspaceManager().checkIfWorkspaceExistsAndActive(WORKSPACE)
        ? Nd4j.getWorkspaceManager().getWorkspaceForCurrentThread(WORKSPACE)
        : null;
  }

  /** Returns the factor on the losses. */
  double factor() {
    return factor;
  }

  /**
   * Returns whether the calling thread runs this pass, and the pass has neither ended nor failed.
   */
  boolean isRunningHere() {
    return !over
        && thread == Thread.currentThread().getId()
        && (workspace == null
            || (workspace.isScopeActive() && workspace.getGenerationId() == generation));
  }

  /** Records that a loss was scaled. */
  void scaled() {
    scaled = true;
  }

  /** Returns whether a loss was scaled. */
  boolean isScaled() {
    return scaled;
  }

  /** Ends the pass; from now on no loss is scaled. */
  void end() {
    over = true;
  }
}
