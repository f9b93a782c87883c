package io.github.dl4jclipping.internal.precision;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/** One forward and backward pass of one network on one thread, whose loss is multiplied. */
final class ScaledPass {

  /** DL4J opens this workspace for each pass, and closes it where the pass fails, too. */
  private static final String WORKSPACE = "WS_ALL_LAYERS_ACT";

  private final long thread = Thread.currentThread().getId(); // not the thread, which it would keep
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

  /** Returns what the losses are multiplied by. */
  double factor() {
    return factor;
  }

  /** Returns whether this is the thread of the pass, and the pass is neither over nor failed. */
  boolean isRunningHere() {
    return !over
        && thread == Thread.currentThread().getId()
        && (workspace == null
            || (workspace.isScopeActive() && workspace.getGenerationId() == generation));
  }

  /** Notes that a loss was multiplied. */
  void scaled() {
    scaled = true;
  }

  /** Returns whether a loss was multiplied. */
  boolean isScaled() {
    return scaled;
  }

  /** Ends the pass: from now on every loss is what it is. */
  void end() {
    over = true;
  }
}
